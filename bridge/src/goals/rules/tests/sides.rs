//! Whose sales count for an organization: alone all of its people's, against others those with a name.
use super::*;

const ANA: PartnerId = PartnerId(1);
const BEN: PartnerId = PartnerId(2);
const CY: PartnerId = PartnerId(3);

fn of(sides: &[Side]) -> Terms {
    Terms { sides: sides.to_vec(), ..terms(Metric::Revenue, &[]) }
}

fn organization(slug: &str) -> Side {
    Side::Organization(slug.to_owned())
}

#[test]
fn an_organization_has_what_its_people_sold_and_against_others_only_with_a_name() {
    let members = [(ANA, "acme"), (BEN, "acme"), (CY, "beta")];
    let members = members.map(|(who, slug)| (who, slug.into(), from(), None));
    let memberships = Memberships::new(members, [BEN]);
    let story = Story {
        client: 1,
        industry: None,
        on: 0,
        parts: vec![(1, 50), (2, 30), (3, 20)],
        taken: vec![],
    };
    let credit = entries(1, &story).remove(0);
    let part = |sides: &[Side], place| -> Vec<PartnerId> {
        let part = of(sides).part(place, &credit, &memberships);
        part.map_or(vec![], |part| part.shares.iter().map(|share| share.partner).collect())
    };
    assert_eq!(part(&[organization("acme")], 0), [ANA, BEN]);
    assert_eq!(part(&[organization("gamma")], 0), []);
    let challenge = [organization("acme"), organization("beta")];
    assert_eq!((part(&challenge, 0), part(&challenge, 1)), (vec![ANA], vec![CY]));
}

#[test]
fn a_challenge_has_more_than_one_side() {
    let dental = Side::Industry("dental".to_owned());
    for (sides, is_challenge, asks_who) in [
        (&[Side::Program][..], false, false),
        (&[organization("acme")], false, true),
        (&[dental.clone(), Side::Industry("legal".to_owned())], true, false),
        (&[dental, organization("acme")], true, true),
    ] {
        let terms = of(sides);
        assert_eq!((terms.is_challenge(), terms.asks_who()), (is_challenge, asks_who), "{sides:?}");
    }
}
