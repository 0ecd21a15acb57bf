"""A person at the client-server API: logs in, says things, waits for what others answer."""
import hashlib
import hmac
import json
import time
import urllib.error
import urllib.parse
import urllib.request

CARD = "agency.siso.partners.card"
PATIENCE_S = 60


class Failed(Exception):
    """What did not happen, as a sentence."""


def call(method, url, body=None, token=None, timeout=40):
    """One request; the answer's JSON. A refusal is `Failed` with the server's own words."""
    request = urllib.request.Request(url, method=method)
    data = None
    if body is not None:
        data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, data, timeout=timeout) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise Failed(f"{method} {url}: {error.code} {error.read().decode()[:300]}") from error
    except (OSError, ValueError) as error:
        raise Failed(f"{method} {url}: {error}") from error


def create_account(base, secret, name, password, shown_name):
    """Through Synapse's admin API, which asks for a MAC by the shared secret."""
    url = f"{base}/_synapse/admin/v1/register"
    nonce = call("GET", url)["nonce"]
    message = "\0".join([nonce, name, password, "notadmin"]).encode()
    mac = hmac.new(secret.encode(), message, hashlib.sha1).hexdigest()
    call("POST", url, {"nonce": nonce, "username": name, "displayname": shown_name,
                       "password": password, "admin": False, "mac": mac})


class Person:
    """Reads by long polls whenever it waits; one thread serves a whole play."""

    def __init__(self, base, name, password, shown_name):
        self.base, self.name, self.password, self.shown_name = base, name, password, shown_name
        login = self.call("POST", "login", {
            "type": "m.login.password", "password": password,
            "identifier": {"type": "m.id.user", "user": name},
        })
        self.id, self.token = login["user_id"], login["access_token"]
        self.events, self.invitations, self.since, self.sent = [], {}, None, 0
        self.read(0)

    def call(self, method, path, body=None):
        url = f"{self.base}/_matrix/client/v3/{path}"
        return call(method, url, body, getattr(self, "token", None))

    # What this person does.

    def send(self, room, kind, content):
        self.sent += 1
        path = f"rooms/{quote(room)}/send/{kind}/{self.name}{self.sent}"
        return self.call("PUT", path, content)["event_id"]

    def say(self, room, text):
        return self.send(room, "m.room.message", {"msgtype": "m.text", "body": text})

    def react(self, room, event, key):
        relation = {"rel_type": "m.annotation", "event_id": event, "key": key}
        return self.send(room, "m.reaction", {"m.relates_to": relation})

    def command(self, room, text, expect=""):
        """Says a command and waits for its reply, which must be a success and contain `expect`."""
        event = self.say(room, text)
        reply = self.wait(f"an answer to “{text}”", lambda shown: replies(shown, event))
        kind = reply["content"].get(CARD, {}).get("kind")
        if kind in ("refusal", "fault") or expect not in body(reply):
            raise Failed(f"{self.shown_name} said “{text}” and was answered:\n{body(reply)}")
        return reply

    def join(self, room):
        return self.call("POST", f"join/{quote(room)}", {})["room_id"]

    def accept_invitation(self, what, matches):
        """Waits for an invitation to a room and joins it."""
        def invited(_):
            for room, state in self.invitations.items():
                if matches(state):
                    return room
            return None
        room = self.wait(f"an invitation to {what}", invited)
        del self.invitations[room]
        return self.join(room)

    def state(self, room, kind, key=""):
        """The content, or None when there is no such state."""
        try:
            return self.call("GET", f"rooms/{quote(room)}/state/{kind}/{quote(key)}")
        except Failed as failed:
            if ": 404 " in str(failed):
                return None
            raise

    # What this person sees.

    def wait(self, what, find):
        """Reads on until `find`, given all events seen, returns something."""
        deadline = time.monotonic() + PATIENCE_S
        while True:
            found = find(self.events)
            if found:
                return found
            left = deadline - time.monotonic()
            if left <= 0:
                raise Failed(f"{self.shown_name} waited {PATIENCE_S} s in vain for {what}")
            self.read(min(left, 1))

    def read(self, seconds):
        query = {"timeout": int(seconds * 1000),
                 "filter": json.dumps({"room": {"timeline": {"limit": 500}}})}
        if self.since:
            query["since"] = self.since
        batch = self.call("GET", f"sync?{urllib.parse.urlencode(query)}")
        self.since = batch["next_batch"]
        rooms = batch.get("rooms", {})
        for room, joined in rooms.get("join", {}).items():
            for event in joined["timeline"]["events"]:
                self.events.append({**event, "room": room})
        for room, invited in rooms.get("invite", {}).items():
            self.invitations[room] = invited["invite_state"]["events"]


def quote(text):
    return urllib.parse.quote(text, safe="")


def body(event):
    return event["content"].get("body", "")


def replies(events, cause):
    """The first reply to an event by somebody else, in its thread or outside."""
    for event in events:
        relation = event["content"].get("m.relates_to", {})
        answered = relation.get("m.in_reply_to", {}).get("event_id")
        threaded = relation.get("event_id") if relation.get("rel_type") == "m.thread" else None
        if cause in (answered, threaded) and event["type"] == "m.room.message":
            return event
    return None


def card(events, sender, kind, words=""):
    """The first message by a sender with a card of a kind that contains the words."""
    for event in events:
        if (event["sender"] == sender and words in body(event)
                and event["content"].get(CARD, {}).get("kind") == kind):
            return event
    return None
