"""`agent-firewall` and `data-routing-policy`, through the SDK and seen from the provider."""

import openai
import pytest

from harness import RawUpstream, plain_answer, stream_answer, stream_event, target

pytestmark = pytest.mark.gateway


def tool(name):
    return {"type": "function", "function": {"name": name, "parameters": {"type": "object", "properties": {}}}}


def call(name, number=0):
    return {"id": f"call_{number}", "type": "function", "function": {"name": name, "arguments": "{}"}}


def past_calls(count):
    """A conversation in which the assistant has called a tool so often."""
    messages = [{"role": "user", "content": "go on"}]
    for number in range(count):
        messages.append({"role": "assistant", "content": None, "tool_calls": [call("read_file", number)]})
        messages.append({"role": "tool", "tool_call_id": f"call_{number}", "content": "done"})
    return messages


class Script:
    """Answers with these tool calls."""

    def __init__(self, *names):
        self.names = names

    def __call__(self, request):
        if not request.get("stream"):
            return plain_answer(None, tool_calls=[call(name, number) for number, name in enumerate(self.names)])
        events = [stream_event({"role": "assistant", "content": "I look."})]
        for number, name in enumerate(self.names):
            begin = {"index": number, "id": f"call_{number}", "type": "function", "function": {"name": name, "arguments": ""}}
            events.append(stream_event({"tool_calls": [begin]}))
            events.append(stream_event({"tool_calls": [{"index": number, "function": {"arguments": "{}"}}]}))
        return stream_answer([*events, stream_event({}, finish="tool_calls"), b"data: [DONE]\n\n"])


@pytest.fixture(scope="module")
def upstream():
    server = RawUpstream(Script())
    yield server
    server.stop()


def document(chain, policy, targets):
    lines = ["pack: { name: agents, version: 1.0.0 }", f"policies: {{ chain: [{chain}, audit-logger] }}", "policy:", f"  {policy}"]
    lines += ["providers:", "  strategy: fallback", "  targets:"]
    for identifier, options in targets:
        lines += [f"    - id: {identifier}"] + [f"      {option}" for option in options]
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def guarded(upstream, start_gateway):
    policy = "agent-firewall: { allowed_tools: ['read_*', web_search], blocked_tools: [read_secret], max_actions_per_session: 2 }"
    return start_gateway(document("agent-firewall", policy, [("raw", target(upstream.url, model="raw"))]))


def client_of(gateway):
    return openai.OpenAI(base_url=gateway.base_url, api_key="any", max_retries=0, timeout=20)


def report(gateway, request_id, kind):
    [event] = gateway.event_of(request_id)
    return next(p for p in event["policies"] if p["kind"] == kind and p["verdict"] not in ("allow", "skipped")), event


@pytest.mark.parametrize("tools", [[tool("shell")], [tool("read_file"), tool("read_secret")], [{"type": "code_interpreter"}]])
def test_a_tool_that_is_not_allowed_never_reaches_the_provider(guarded, upstream, tools):
    before = len(upstream.requests)
    with pytest.raises(openai.BadRequestError) as raised:
        client_of(guarded).chat.completions.create(model="raw", messages=[{"role": "user", "content": "hi"}], tools=tools)
    assert raised.value.code == "input_blocked"
    assert raised.value.body["policy"] == "agent-firewall"
    assert raised.value.body["reason"] == "agent_firewall.detected"
    assert len(upstream.requests) == before
    found, event = report(guarded, raised.value.response.headers["x-request-id"], "agent-firewall")
    assert found["phase"] == "input" and sum(f["count"] for f in found["findings"]) == 1
    assert event["verdict"] == "block"


def test_allowed_tools_and_their_calls_pass(guarded, upstream):
    upstream.answer = Script("read_file")
    answer = client_of(guarded).chat.completions.create(
        model="raw", messages=past_calls(1), tools=[tool("read_file"), {"type": "web_search"}])
    assert [c.function.name for c in answer.choices[0].message.tool_calls] == ["read_file"]


@pytest.mark.parametrize(("names", "past", "kind"), [
    (("read_secret",), 0, "TOOL_BLOCKED"),
    (("read_file", "delete_all"), 0, "TOOL_NOT_ALLOWED"),
    (("read_a", "read_b"), 1, "TOO_MANY_ACTIONS"),
])  # fmt: skip
@pytest.mark.parametrize("stream", [False, True])
def test_a_call_that_is_not_allowed_is_not_told_to_the_client(guarded, upstream, names, past, kind, stream):
    upstream.answer = Script(*names)
    arguments = {"model": "raw", "messages": past_calls(past), "tools": [tool("read_file")]}
    if not stream:
        with pytest.raises(openai.BadRequestError) as raised:
            client_of(guarded).chat.completions.create(**arguments)
        assert raised.value.code == "output_blocked"
        request_id = raised.value.response.headers["x-request-id"]
    else:
        with client_of(guarded).chat.completions.with_streaming_response.create(stream=True, **arguments) as response:
            request_id = response.headers["x-request-id"]
            chunks = list(response.parse())
        choices = [choice for chunk in chunks for choice in chunk.choices]
        called = [c.function.name for choice in choices for c in choice.delta.tool_calls or [] if c.function.name]
        assert called == list(names[:-1])
        assert choices[-1].finish_reason == "content_filter"
        assert chunks[-1].keeptrusts["policy"] == "agent-firewall"
    found, _ = report(guarded, request_id, "agent-firewall")
    assert found["phase"] == "output" and found["findings"] == [{"type": kind, "count": 1}]


def test_a_conversation_may_hold_as_many_calls_as_the_limit_says(guarded, upstream):
    upstream.answer = Script()
    assert client_of(guarded).chat.completions.create(model="raw", messages=past_calls(2)).id
    with pytest.raises(openai.BadRequestError):
        client_of(guarded).chat.completions.create(model="raw", messages=past_calls(3))


DATA_POLICY = "data-routing-policy: { require_zero_data_retention: true, require_no_training: true, on_no_compliant_provider: %s }"


@pytest.fixture(scope="module")
def kept(upstream, start_gateway):
    """Two targets of which only the second complies, and one of its own name that does not."""
    targets = [
        ("keeps", target(upstream.url, model="raw")),
        ("forgets", target(upstream.url, model="raw", data_policy="{ zero_data_retention: true, training_opt_out: true }")),
        ("trains", target(upstream.url, model="other", zdr="true")),
    ]
    return start_gateway(document("data-routing-policy", DATA_POLICY % "block", targets))


def test_only_a_target_that_complies_gets_the_request(kept, upstream):
    upstream.answer = Script()
    response = client_of(kept).chat.completions.with_raw_response.create(model="raw", messages=[{"role": "user", "content": "hi"}])
    assert response.headers["x-keeptrusts-target"] == "forgets"
    [event] = kept.event_of(response.headers["x-request-id"])
    assert [a["target"] for a in event["attempts"]] == ["forgets"]
    found = next(p for p in event["policies"] if p["kind"] == "data-routing-policy")
    assert found["verdict"] == "allow" and found["findings"] == [{"type": "TARGET_NOT_COMPLIANT", "count": 2}]


def test_a_request_for_a_target_that_does_not_comply_is_refused(kept, upstream):
    before = len(upstream.requests)
    with pytest.raises(openai.BadRequestError) as raised:
        client_of(kept).chat.completions.create(model="trains", messages=[{"role": "user", "content": "hi"}])
    assert raised.value.code == "input_blocked"
    assert raised.value.body["policy"] == "data-routing-policy"
    assert raised.value.body["reason"] == "data_routing_policy.no_compliant_provider"
    assert "never trains" in raised.value.body["message"]
    assert len(upstream.requests) == before
    found, event = report(kept, raised.value.response.headers["x-request-id"], "data-routing-policy")
    assert found["verdict"] == "block" and event["attempts"] == []


@pytest.mark.parametrize(("action", "error"), [("escalate", openai.PermissionDeniedError), ("log", None)])
def test_other_actions_when_no_target_complies(upstream, start_gateway, action, error):
    upstream.answer = Script()
    gateway = start_gateway(document("data-routing-policy", DATA_POLICY % action, [("keeps", target(upstream.url, model="raw"))]))
    try:
        assert "warning[W008]" in (gateway.folder / "gateway.log").read_text()
        ask = {"model": "raw", "messages": [{"role": "user", "content": "hi"}]}
        if error is None:
            assert client_of(gateway).chat.completions.create(**ask).id
        else:
            with pytest.raises(error) as raised:
                client_of(gateway).chat.completions.create(**ask)
            assert raised.value.code == "escalation_required"
    finally:
        gateway.stop()
