"""Synapse as it is, but it does not wait for the disk: what survives a crash of the machine is not what
the tests test, and `kill -9` loses nothing that was written. There is no setting for it."""
import runpy

from synapse.storage.engines.sqlite import Sqlite3Engine

connected = Sqlite3Engine.on_new_connection


def on_new_connection(engine, connection):
    connected(engine, connection)
    connection.execute("PRAGMA synchronous = OFF;")


Sqlite3Engine.on_new_connection = on_new_connection
runpy.run_module("synapse.app.homeserver", run_name="__main__", alter_sys=True)
