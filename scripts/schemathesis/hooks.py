"""What schemathesis cannot know of our GraphQL: its scalars, and that an error with a public code is an answer."""

import graphql
import schemathesis
from hypothesis import strategies as st
from schemathesis.graphql import nodes

NULL = graphql.NullValueNode()
LEAVES = st.one_of(
    st.just(NULL),
    st.booleans().map(nodes.Boolean),
    st.integers(-(2**53), 2**53).map(nodes.Int),
    st.floats(allow_nan=False, allow_infinity=False).map(nodes.Float),
    st.text(max_size=20).map(nodes.String),
)


def entry(name, value):
    return graphql.ObjectFieldNode(name=graphql.NameNode(value=name), value=value)


def either(children):
    names = st.from_regex(r"\A[a-z]{1,12}\Z")
    fields = st.dictionaries(names, children, max_size=3)
    objects = fields.map(lambda all: graphql.ObjectValueNode(fields=tuple(entry(*one) for one in all.items())))
    lists = st.lists(children, max_size=3).map(lambda all: graphql.ListValueNode(values=tuple(all)))
    return objects | lists


schemathesis.graphql.scalar("JSON", st.recursive(LEAVES, either, max_leaves=8))
schemathesis.graphql.scalar("Cursor", st.text(max_size=40).map(nodes.String))
schemathesis.graphql.scalar("DateTime", st.datetimes().map(lambda at: nodes.String(at.isoformat() + "Z")))
schemathesis.graphql.scalar("UUID", st.uuids().map(lambda id: nodes.String(str(id))))


@schemathesis.check
def public_errors(ctx, response, case):
    """Every error has a code, none of them is our fault, and what is refused is 400."""
    body = response.json()
    assert response.status_code in (200, 400), f"status {response.status_code}: {body}"
    for error in body.get("errors", []):
        code = error.get("extensions", {}).get("code")
        assert code not in (None, "INTERNAL", "UNAVAILABLE"), f"code {code}: {error['message']}"
    assert body.get("data") or body.get("errors"), f"neither data nor errors: {body}"
