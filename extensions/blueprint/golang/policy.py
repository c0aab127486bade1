"""The policy of a module: what its service asks before it shows or stores anything."""

from __future__ import annotations

from dataclasses import dataclass

from ..elements import Resource


@dataclass(frozen=True, slots=True)
class Rule:
    """A method of the policy.

    Attributes:
        about: What it is asked, as the rest of a sentence that begins with its name.
        given: Its parameters beside the caller, as pairs of a name and a type.
    """

    name: str
    about: str
    given: tuple[tuple[str, str], ...]

    @property
    def named(self) -> str:
        return ", ".join(f"{name} {type_}" for name, type_ in (("caller", "auth.Principal"), *self.given))

    @property
    def ignored(self) -> str:
        return ", ".join(f"_ {type_}" for type_ in ("auth.Principal", *(type_ for _, type_ in self.given)))

    @property
    def types(self) -> str:
        return ", ".join(("auth.Principal", *(type_ for _, type_ in self.given)))


@dataclass(frozen=True, slots=True)
class Asking:
    """A method of the service, the rule that it asks, and a call of it in a test."""

    method: str
    rule: str
    call: str


def rules(resource: Resource, type_: str, variable: str) -> tuple[Rule, ...]:
    does, one = resource.operations, f"{resource.name.article} {resource.name.words}"
    whose = "the caller's " if resource.owned else ""
    several = f"{whose}{resource.plural.words}"
    row = (variable, type_)
    wanted = {
        "Create": (does.creates, f"is asked about a new {resource.name.words}.", (("details", "Details"),)),
        "Get": (
            True,
            f"is asked about {f'one of {several}' if resource.owned else one}, "
            f"whether they want to {_wishes(resource)}.",
            (row,),
        ),
        "List": (does.lists, f"is asked before {several} are listed.", (("query", "Query"),)),
        "Update": (
            does.updates,
            "is asked about a change: what is stored, and what would be.",
            (("before", type_), ("after", "Details")),
        ),
        "Delete": (does.deletes, f"is asked before {one} is deleted.", (row,)),
    }
    return tuple(Rule(f"may{name}", about, given) for name, (chosen, about, given) in wanted.items() if chosen)


def _wishes(resource: Resource) -> str:
    does = resource.operations
    wanted = {"read it": True, "refer to it": True, "change it": does.updates, "delete it": does.deletes}
    *others, last = [wish for wish, offered in wanted.items() if offered]
    return f"{', '.join(others)} or {last}"


def asking(resource: Resource) -> tuple[Asking, ...]:
    does = resource.operations
    wanted = {
        "Create": (does.creates, "mayCreate", "_, err := s.Create(t.Context(), Details{}); return err"),
        "Get": (True, "mayGet", "_, err := s.Get(t.Context(), id.New()); return err"),
        "Exists": (True, "mayGet", "return s.Exists(t.Context(), id.New())"),
        "List": (does.lists, "mayList", "_, err := s.List(t.Context(), Query{}); return err"),
        "Update": (
            does.updates,
            "mayUpdate",
            "_, err := s.Update(t.Context(), id.New(), 0, func(*Details) {}); return err",
        ),
        "Delete": (does.deletes, "mayDelete", "return s.Delete(t.Context(), id.New(), 0)"),
    }
    return tuple(Asking(method, rule, call) for method, (chosen, rule, call) in wanted.items() if chosen)
