"""The terminal's side of the demo: boards from room state, and messages as a person reads them."""
import shutil
import sys
import textwrap
import time

from person import body

BOLD, DIM, END = ("\033[1m", "\033[2m", "\033[0m") if sys.stdout.isatty() else ("", "", "")


def progress(text):
    print(f"{DIM}{time.strftime('%H:%M:%S')}{END} {text}", flush=True)


def heading(text):
    print(f"\n{BOLD}{text}{END}", flush=True)


def score(board, value):
    if not board["unit"] or board["metric"] != "revenue":
        return str(value)
    whole, rest = divmod(value, 10 ** board["exponent"])
    decimals = f".{rest:0{board['exponent']}d}" if rest else ""
    return f"{board['unit']} {whole:,}{decimals}"


def movement(row):
    if row.get("new"):
        return "new"
    move = row.get("move") or 0
    return f"▲{move}" if move > 0 else f"▼{-move}" if move < 0 else ""


def board(content):
    """One leaderboard state event."""
    scope = content.get("scope") or "program"
    if isinstance(scope, dict):
        scope = scope.get("industry") or "program"
    heading(f"🏆 {content['metric'].capitalize()} · {content['period']} · {scope}")
    for row in content["standings"]:
        points = score(content, row["score"])
        print(f"  {row['rank']:>2}. {row['name']:<24} {points:>14}  {movement(row)}".rstrip())
    if not content["standings"]:
        print("  nobody yet")


def goal(content):
    """One goal's state event."""
    done, target = content["progress"], content["target"]
    full = min(10 * done // target, 10)
    heading(f"🎯 {content['title']} · {content['status']}")
    print(f"  {'█' * full}{'░' * (10 - full)} {100 * done // target}%  "
          f"{score(content, done)} of {score(content, target)}, {content['contributors']} contributed")


def messages(title, person, room, names, last=12):
    """The last messages of one room, edits applied, replies in threads set in."""
    heading(title)
    edits, events = {}, [event for event in person.events if event["room"] == room]
    for event in events:
        relation = event["content"].get("m.relates_to", {})
        if relation.get("rel_type") == "m.replace":
            edits[relation["event_id"]] = event["content"].get("m.new_content", {}).get("body", "")
    said = [event for event in events if event["type"] == "m.room.message"
            and event["content"].get("m.relates_to", {}).get("rel_type") != "m.replace"]
    for event in said[-last:]:
        message(event, edits.get(event["event_id"], body(event)), names)


def message(event, text, names):
    width = min(shutil.get_terminal_size().columns, 100)
    threaded = event["content"].get("m.relates_to", {}).get("rel_type") == "m.thread"
    indent = "      " if threaded else "  "
    who = names.get(event["sender"], event["sender"])
    clock = time.strftime("%H:%M", time.localtime(event["origin_server_ts"] / 1000))
    print(f"{indent}{'↳ ' if threaded else ''}{BOLD}{who}{END} {DIM}{clock}{END}")
    for line in text.splitlines() or [""]:
        for piece in textwrap.wrap(line, width - len(indent) - 2) or [""]:
            print(f"{indent}  {piece}")
