"""What all applications of a test run share, because each would only make the same again: compiled templates and rules, cheap passwords.

A test that wants its own application gets it in 10 ms instead of 400.
"""

from flask import Flask
from jinja2 import BytecodeCache
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from werkzeug.routing import Rule

from webapp.store import people

RECOMMENDED = people.hasher


class Templates(BytecodeCache):
    """Every template is compiled once; it is known by its name and its text."""

    def __init__(self):
        self.compiled: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket):
        if found := self.compiled.get((bucket.key, bucket.checksum)):
            bucket.bytecode_from_string(found)

    def dump_bytecode(self, bucket):
        self.compiled[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


class RememberedRule(Rule):
    """Werkzeug writes two functions for each rule, which build its address; they depend on nothing but the rule's text and defaults."""

    written: dict[tuple, object] = {}

    def _compile_builder(self, append_unknown=True):
        key = (self.rule, repr(self.defaults), append_unknown)
        if key not in self.written:
            self.written[key] = super()._compile_builder(append_unknown)
        return self.written[key]


def share() -> None:
    """For this process and those that it forks."""
    Flask.url_rule_class = RememberedRule
    Flask.jinja_options = {"bytecode_cache": Templates()}
    people.hasher = PasswordHash([Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)])


share()
