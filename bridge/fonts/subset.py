#!/usr/bin/env python3
"""Makes regular.otf and bold.otf from Debian's package fonts-inter; needs fonttools. README.md says more."""
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

FROM = "/usr/share/fonts/opentype/inter/"
FONTS = {"regular.otf": "Inter-Medium.otf", "bold.otf": "Inter-Bold.otf"}
# Latin with all its extensions, Greek, Cyrillic, punctuation, currency signs, arrows and triangles.
RANGES = [(0x20, 0x7E), (0xA0, 0x24F), (0x259, 0x259), (0x370, 0x3FF), (0x400, 0x4FF), (0x1E00, 0x1EFF),
          (0x2010, 0x2015), (0x2018, 0x201E), (0x2020, 0x2022), (0x2026, 0x2026), (0x2030, 0x2033),
          (0x2039, 0x203A), (0x2044, 0x2044), (0x20A0, 0x20BF), (0x2113, 0x2122), (0x2190, 0x2193),
          (0x2212, 0x2212), (0x2260, 0x2265), (0x25A1, 0x25A1), (0x25B2, 0x25B2), (0x25BC, 0x25BC)]


def tabular(font):
    """Figures of one width are the font's own: their feature becomes the character map."""
    gsub = font["GSUB"].table
    wanted = {i for f in gsub.FeatureList.FeatureRecord if f.FeatureTag == "tnum" for i in f.Feature.LookupListIndex}
    swap = {}
    for index in sorted(wanted):
        for table in gsub.LookupList.Lookup[index].SubTable:
            swap.update(getattr(getattr(table, "ExtSubTable", table), "mapping", {}))
    for table in font["cmap"].tables:
        for code, name in table.cmap.items():
            if chr(code) in "0123456789.,":
                table.cmap[code] = swap.get(name, name)


for target, source in FONTS.items():
    font = TTFont(FROM + source)
    tabular(font)
    options = Options(layout_features=[], name_IDs=[0, 13, 14], notdef_outline=True, hinting=False, desubroutinize=False)
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "STAT", "meta", "kern"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[code for first, last in RANGES for code in range(first, last + 1)])
    subsetter.subset(font)
    font.save(target)
