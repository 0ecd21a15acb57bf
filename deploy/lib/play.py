"""The short program that the demo plays, as a list of steps. A step is a function that takes the
stage, does what people would do at their clients, and waits for what they would see."""
from person import Failed, Person, body, card
from show import progress

PARTNERS = "agency.siso.partners"


class Stage:
    """The people, and the rooms as they come to know them."""

    def __init__(self, olga, ana, ben, chloe, bot, server_name):
        self.olga, self.ana, self.ben, self.chloe = olga, ana, ben, chloe
        self.bot, self.server_name = bot, server_name
        self.space = self.control = None
        self.rooms, self.chats = {}, {}

    @property
    def people(self) -> list[Person]:
        return [self.olga, self.ana, self.ben, self.chloe]

    @property
    def partners(self) -> list[Person]:
        return [self.ana, self.ben, self.chloe]

    def alias(self, room):
        return f"#partners-{room}:{self.server_name}"

    def order(self, text, expect=""):
        """A command by the owner in the control room."""
        progress(f"{self.olga.shown_name}: {text}")
        return self.olga.command(self.control, text, expect)

    def say(self, person, room, text, expect=""):
        """A command by a partner in a room of the program, or in their chat with the bot."""
        progress(f"{person.shown_name}: {text}")
        return person.command(self.rooms.get(room) or self.chats[person.id], text, expect)

    def review(self, words, key="✅"):
        """The owner reacts to the newest review card that contains the words."""
        asked = self.olga.wait(f"a review card with “{words}”",
                               lambda shown: card(shown, self.bot, "review", words))
        self.olga.react(self.control, asked["event_id"], key)
        progress(f"{self.olga.shown_name} reacts {key} to “{body(asked).splitlines()[0]}”")


def open_the_house(stage):
    """The owner is invited to the Space and the control room that the program has made."""
    stage.space = stage.olga.accept_invitation("the Space", is_space)
    stage.control = stage.olga.accept_invitation("the control room", is_control)
    stage.order('!industry add dental "Dental clinics"')
    stage.order('!industry add legal "Law firms"')


def welcome_partners(stage):
    """One applies and is approved by a reaction, the others are added."""
    ana = stage.ana
    chat = ana.call("POST", "createRoom", {"invite": [stage.bot], "is_direct": True,
                                           "preset": "trusted_private_chat"})["room_id"]
    stage.chats[ana.id] = chat
    ana.wait("the bot to join the chat", lambda shown: joined(shown, chat, stage.bot))
    stage.say(ana, "chat", "!apply I know every dentist between Hamburg and Kiel")
    stage.review("Hamburg")
    stage.order(f'!partner add {stage.ben.id} --name "Ben Ito"')
    stage.order(f'!partner add {stage.chloe.id} --name "Chloe Martin"')
    for partner in stage.partners:
        partner.accept_invitation("the Space", is_space)
        if partner.id not in stage.chats:
            stage.chats[partner.id] = partner.accept_invitation("a chat with the bot", is_chat)
    for room in ("announcements", "general", "leaderboard", "playbooks", "industry-dental",
                 "industry-legal"):
        for person in stage.people:
            stage.rooms[room] = person.join(stage.alias(room))
    progress("the partners have joined the rooms")


def set_a_goal(stage):
    """Before anything is sold: it moves with each approval."""
    stage.order('!goal set "A strong start" revenue 40000 --until today', "G-1")


def sell(stage):
    """Claims, approved by reaction and by command, and one rejected."""
    stage.say(stage.ana, "industry-dental",
              "!sale add 12500 EUR Smile Clinic --industry dental", "S-1")
    stage.say(stage.ben, "industry-legal",
              '!sale add 9800.50 EUR "Okafor & Sons" --industry legal', "S-2")
    stage.say(stage.chloe, "general", "!sale add 4200 EUR Harbor Dental --industry dental", "S-3")
    stage.say(stage.ben, "chat", "sale add 700 EUR Unlikely Ltd", "S-4")
    stage.review("S-1")
    stage.review("S-2")
    stage.order("!sale approve S-3")
    stage.order("!sale reject S-4 there is no signed contract yet")


def look_at_results(stage):
    """The board moves; everybody looks at it in their own way."""
    stage.say(stage.ben, "general", "!board revenue month", "9,800.50")
    stage.say(stage.ana, "chat", "me")
    stage.say(stage.chloe, "chat", "profile --industry dental")
    stage.order("!announce Welcome, all three. The first month is yours!")
    progress("waiting for the leaderboards in the Space's state (a key is written every 15 s)")
    money = {stage.ana: 1_250_000, stage.ben: 980_050, stage.chloe: 420_000}
    wait_for_board(stage, "revenue.month", money)
    wait_for_board(stage, "revenue.month.dental", {stage.ana: 1_250_000, stage.chloe: 420_000})
    wait_for_board(stage, "clients.month", {person: 1 for person in stage.partners})


    wait_for_goal(stage, "G-1", 2_650_050, len(stage.partners))
    # An empty board was pinned at the start; what people read is its edit.
    wait_for_pinned(stage, "leaderboard", "12,500")
    wait_for_pinned(stage, "industry-dental", "12,500")


def share_what_works(stage):
    """A way to win clients, written down, published by a reaction, found again and used."""
    stage.say(stage.ana, "industry-dental",
              '!playbook save recall-call "The recall call" --industry dental --tag phone\n'
              "Call {client} the week **before** their recall letters go out.\n\n"
              "1. Ask who sorts the letters.\n2. Offer to do the next hundred.", "recall-call")
    stage.review("The recall call")
    library = stage.rooms["playbooks"]
    stage.ben.wait("the playbook to be published", lambda shown: card(
        [event for event in shown if event["room"] == library], stage.bot, "playbook",
        "The recall call"))
    stage.say(stage.chloe, "general", "!playbook search phonecall before letters", "recall-call")
    stage.say(stage.chloe, "chat", 'playbook use recall-call client="Harbor Dental"',
              "Harbor Dental")


STEPS = [open_the_house, welcome_partners, set_a_goal, sell, look_at_results, share_what_works]


def wait_for_goal(stage, key, progress, contributors):
    """Until the goal in room state has come so far."""
    def reads(_):
        seen = stage.ana.state(stage.space, f"{PARTNERS}.goal", key) or {}
        return (seen.get("progress"), seen.get("contributors")) == (progress, contributors)

    stage.ana.wait(f"the goal {key}", reads)


def wait_for_board(stage, key, expected):
    """Until the board in room state has exactly these people with these scores."""
    wanted = {person.id: score for person, score in expected.items()}
    seen = None

    def standings(_):
        nonlocal seen
        seen = stage.ana.state(stage.space, f"{PARTNERS}.leaderboard", key) or {"standings": []}
        return {row.get("user_id"): row["score"] for row in seen["standings"]} == wanted

    try:
        stage.ana.wait(f"the board {key}", standings)
    except Failed as failed:
        raise Failed(f"{failed}; its state is {seen}") from failed


def wait_for_pinned(stage, room, words):
    """Until the pinned board of a room reads as it should."""
    def reads(shown):
        news = [event["content"].get("m.new_content", {}) for event in shown
                if event["room"] == stage.rooms[room] and event["sender"] == stage.bot
                and event["type"] == "m.room.message"]
        plain = [event["content"] for event in shown
                 if event["room"] == stage.rooms[room] and event["type"] == "m.room.message"]
        return any(f"{PARTNERS}.card" in content and words in content.get("body", "")
                   and content[f"{PARTNERS}.card"].get("kind") == "board"
                   for content in news + plain)

    stage.ana.wait(f"the pinned board in #{room} to show {words}", reads)


def of_type(state, kind):
    return next((event for event in state if event["type"] == kind), {"content": {}})


def is_space(state):
    return of_type(state, "m.room.create")["content"].get("type") == "m.space"


def is_chat(state):
    return any(event["content"].get("is_direct") for event in state
               if event["type"] == "m.room.member")


def is_control(state):
    return not is_space(state) and not is_chat(state)


def joined(events, room, user):
    return any(event["room"] == room and event["type"] == "m.room.member"
               and event["state_key"] == user and event["content"]["membership"] == "join"
               for event in events)
