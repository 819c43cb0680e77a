"""The `openai` package as it comes from PyPI, against the gateway."""

import asyncio
import json

import openai
import pytest

from conftest import model, stream_text

QUESTION = [{"role": "user", "content": "What is the capital of France?"}]
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather at a place.",
        "parameters": {
            "type": "object",
            "properties": {
                "location": {"type": "string"},
                "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
                "days": {"type": "integer", "minimum": 2},
            },
            "required": ["location"],
        },
    },
}
DEMO = model("demo-fake")
FAKE = model("fake")


# MARK: Answers


def test_plain_chat_answers(client):
    answer = client.chat.completions.create(model=DEMO, messages=QUESTION)
    assert "demo" in answer.choices[0].message.content
    assert "capital of France" in answer.choices[0].message.content
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 0


def test_streamed_chat_has_the_text_of_the_plain_one(client):
    plain = client.chat.completions.create(model=DEMO, messages=QUESTION)
    chunks = list(client.chat.completions.create(model=DEMO, messages=QUESTION, stream=True))
    assert stream_text(chunks) == plain.choices[0].message.content
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"


def test_async_client_answers_many_at_once(gateway, fake):
    async def run():
        async with openai.AsyncOpenAI(base_url=gateway.base_url, api_key="unused", timeout=20) as client:

            async def streamed():
                stream = await client.chat.completions.create(model=FAKE, messages=QUESTION, stream=True)
                return stream_text([chunk async for chunk in stream])

            async def plain():
                answer = await client.chat.completions.create(model=FAKE, messages=QUESTION)
                return answer.choices[0].message.content

            return await asyncio.gather(*[one() for _ in range(20) for one in (streamed, plain)])

    texts = asyncio.run(run())
    assert len(texts) == 40 and all(texts)
    assert fake.stats()["requests"] == 40


@pytest.mark.parametrize("choice", ["required", {"type": "function", "function": {"name": "get_weather"}}])
def test_function_calling(client, choice):
    answer = client.chat.completions.create(
        model=DEMO, messages=[{"role": "user", "content": "How will it be in Paris?"}], tools=[WEATHER], tool_choice=choice
    )
    call = answer.choices[0].message.tool_calls[0]
    assert answer.choices[0].finish_reason == "tool_calls"
    assert call.function.name == "get_weather"
    assert json.loads(call.function.arguments) == {"location": "Paris", "unit": "celsius", "days": 2}


def test_function_calling_round_trip(client):
    question = {"role": "user", "content": "Please tell the weather in Lyon."}
    first = client.chat.completions.create(model=DEMO, messages=[question], tools=[WEATHER])
    message = first.choices[0].message
    assert message.tool_calls
    result = {"role": "tool", "tool_call_id": message.tool_calls[0].id, "content": '{"celsius": 21}'}
    second = client.chat.completions.create(
        model=DEMO, messages=[question, message.model_dump(exclude_none=True), result], tools=[WEATHER]
    )
    assert "celsius" in second.choices[0].message.content
    assert not second.choices[0].message.tool_calls


def test_function_calling_with_streamed_arguments(client):
    stream = client.chat.completions.create(
        model=DEMO, messages=[{"role": "user", "content": "The weather in Paris?"}], tools=[WEATHER], stream=True
    )
    name, pieces, reasons = None, [], []
    for chunk in stream:
        if not chunk.choices:
            continue
        reasons.append(chunk.choices[0].finish_reason)
        for call in chunk.choices[0].delta.tool_calls or []:
            name = name or call.function.name
            pieces.append(call.function.arguments or "")
    assert name == "get_weather"
    assert reasons[-1] == "tool_calls"
    assert sum(1 for piece in pieces if piece) > 3
    assert json.loads("".join(pieces))["location"] == "Paris"


def test_json_mode(client):
    answer = client.chat.completions.create(model=DEMO, messages=QUESTION, response_format={"type": "json_object"})
    assert json.loads(answer.choices[0].message.content)["question"] == QUESTION[0]["content"]


def test_json_schema_mode(client):
    schema = {"type": "object", "properties": {"city": {"type": "string"}, "people": {"type": "integer"}}}
    answer = client.chat.completions.create(
        model=DEMO,
        messages=QUESTION,
        response_format={"type": "json_schema", "json_schema": {"name": "city", "schema": schema}},
    )
    assert json.loads(answer.choices[0].message.content) == {"city": "France", "people": 1}


def test_image_parts_travel_untouched(client, fake):
    content = [
        {"type": "text", "text": "What is in this picture of France?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo=", "detail": "low"}},
    ]
    answer = client.chat.completions.create(model=DEMO, messages=[{"role": "user", "content": content}])
    assert "picture of France" in answer.choices[0].message.content
    assert fake.last_json()["messages"][0]["content"] == content


def test_several_choices(client):
    answer = client.chat.completions.create(model=DEMO, messages=QUESTION, n=3)
    assert [choice.index for choice in answer.choices] == [0, 1, 2]
    texts = {}
    for chunk in client.chat.completions.create(model=DEMO, messages=QUESTION, n=3, stream=True):
        for choice in chunk.choices:
            texts[choice.index] = texts.get(choice.index, "") + (choice.delta.content or "")
    assert texts == {choice.index: choice.message.content for choice in answer.choices}


def test_logprobs(client):
    answer = client.chat.completions.create(model=DEMO, messages=QUESTION, logprobs=True, top_logprobs=2)
    tokens = answer.choices[0].logprobs.content
    assert "".join(token.token for token in tokens) == answer.choices[0].message.content
    assert all(len(token.top_logprobs) == 2 for token in tokens)


def test_embeddings(client):
    one = client.embeddings.create(model=DEMO, input=["a text", "another"])
    assert [len(item.embedding) for item in one.data] == [256, 256]
    numbers = client.embeddings.create(model=DEMO, input="a text", encoding_format="float", dimensions=8)
    assert sum(x * x for x in numbers.data[0].embedding) == pytest.approx(1, abs=1e-4)


def test_completions(client):
    plain = client.completions.create(model=DEMO, prompt="Once upon a time")
    streamed = client.completions.create(model=DEMO, prompt="Once upon a time", stream=True)
    assert "Once upon a time" in plain.choices[0].text
    assert "".join(c.choices[0].text for c in streamed if c.choices) == plain.choices[0].text


def test_moderations(client):
    answer = client.moderations.create(model=DEMO, input=["a nice text", "please flag this"])
    assert [result.flagged for result in answer.results] == [False, True]


def test_models(client):
    names = {m.id for m in client.models.list()}
    assert names & {"fake", "demo-fake", "demo"}


@pytest.mark.gateway
def test_head_of_an_answer(client):
    raw = client.chat.completions.with_raw_response.create(
        model="fake", messages=QUESTION, extra_headers={"x-request-id": "my-request-1"}
    )
    assert raw.headers["x-request-id"] == "my-request-1"
    assert raw.parse()._request_id == "my-request-1"
    assert raw.headers["x-keeptrusts-target"] == "fake"
    assert raw.headers["x-keeptrusts-verdict"] == "allow"
    assert raw.headers["x-keeptrusts-attempts"] == "1"
    timing = {part.split(";")[0].strip(): float(part.split("dur=")[1]) for part in raw.headers["server-timing"].split(",")}
    assert set(timing) == {"gateway", "policies", "upstream"} and all(value >= 0 for value in timing.values())


@pytest.mark.gateway
def test_head_of_a_stream(client):
    raw = client.chat.completions.with_raw_response.create(model="fake", messages=QUESTION, stream=True)
    assert raw.headers["content-type"].startswith("text/event-stream")
    assert raw.headers["cache-control"] == "no-cache"
    assert raw.headers["x-accel-buffering"] == "no"
    assert "content-encoding" not in raw.headers
    assert raw.headers["x-request-id"] and raw.headers["x-keeptrusts-target"] == "fake"
    assert list(raw.parse())


@pytest.mark.gateway
def test_a_request_id_that_is_no_visible_ascii_is_replaced(client):
    raw = client.chat.completions.with_raw_response.create(model="fake", messages=QUESTION, extra_headers={"x-request-id": "a b"})
    assert raw.headers["x-request-id"] not in ("", "a b")


@pytest.mark.gateway
def test_only_the_documented_headers_go_upstream(client, fake):
    client.chat.completions.create(
        model="fake",
        messages=QUESTION,
        extra_headers={"cookie": "a=b", "x-forwarded-for": "10.0.0.1", "traceparent": "00-" + "a" * 32 + "-" + "b" * 16 + "-01", "x-secret": "1"},
    )
    head = fake.last()[0].lower()
    assert "authorization: bearer upstream-key-of-the-tests\r\n" in head + "\r\n"
    assert "traceparent:" in head
    for name in ("cookie:", "x-forwarded-for:", "x-secret:", "bearer unused", "x-stainless", "x-keeptrusts"):
        assert name not in head


@pytest.mark.gateway
def test_unknown_fields_travel_in_place(http, fake):
    body = b'{ "zeta" : 1.0000000000000000001 , "model":"fake", "messages":[{"content":"hi","role":"user","odd":[1e400]}],"future":{"a":null}}'
    http.post("/v1/chat/completions", content=body, headers={"content-type": "application/json"}).raise_for_status()
    assert fake.last()[1] == body.replace(b'"fake"', b'"mock"')


# MARK: Usage on streams


def usages(chunks):
    return [chunk.usage for chunk in chunks if chunk.usage is not None]


def test_include_usage_brings_one_extra_chunk(client):
    chunks = list(client.chat.completions.create(model=FAKE, messages=QUESTION, stream=True, stream_options={"include_usage": True}))
    assert len(usages(chunks)) == 1
    assert chunks[-1].usage and not chunks[-1].choices


def test_without_include_usage_there_is_no_extra_chunk(client):
    chunks = list(client.chat.completions.create(model=FAKE, messages=QUESTION, stream=True))
    assert usages(chunks) == []
    assert all(chunk.choices for chunk in chunks)


def test_usage_that_a_provider_sends_by_itself_stays(client, fake):
    with fake.modes("lastusage"):
        chunks = list(client.chat.completions.create(model=FAKE, messages=QUESTION, stream=True))
    assert len(usages(chunks)) == 1 and chunks[-1].usage and chunks[-1].choices


# MARK: Errors

TABLE = [
    # status, the SDK's exception, hits with the SDK's two retries
    (400, openai.BadRequestError, 1),
    (401, openai.AuthenticationError, 1),
    (403, openai.PermissionDeniedError, 1),
    (404, openai.NotFoundError, 1),
    (409, openai.ConflictError, 3),
    (422, openai.UnprocessableEntityError, 1),
    (429, openai.RateLimitError, 3),
    (500, openai.InternalServerError, 3),
    (503, openai.InternalServerError, 3),
]


@pytest.mark.parametrize("status, exception, hits", TABLE)
@pytest.mark.parametrize("stream", [False, True])
def test_upstream_errors_keep_their_status(client, fake, status, exception, hits, stream):
    # mock-upstream cannot say less than a second; 0 makes the SDK use its own delay.
    with fake.modes(f"status{status}.retry0" if fake.is_mock else f"status{status}.retryms10"), pytest.raises(exception) as caught:
        client.chat.completions.create(model=FAKE, messages=QUESTION, stream=stream)
    assert caught.value.status_code == status
    assert "asked to fail" in caught.value.message
    assert fake.stats()["requests"] == hits


@pytest.mark.gateway
def test_after_our_own_retries_the_sdk_does_not_retry(client, fake):
    with fake.modes("status500"), pytest.raises(openai.InternalServerError) as caught:
        client.chat.completions.create(model="retrying", messages=QUESTION)
    assert caught.value.response.headers["x-should-retry"] == "false"
    assert caught.value.response.headers["x-keeptrusts-attempts"] == "3"
    assert fake.stats()["requests"] == 3


@pytest.mark.gateway
def test_our_retries_hide_a_short_failure(client, fake):
    with fake.modes("fail2"):
        answer = client.chat.completions.with_raw_response.create(model="retrying", messages=QUESTION)
    assert answer.headers["x-keeptrusts-attempts"] == "3"
    assert fake.stats()["requests"] == 3


def is_our_error(error, status, code, kind=None):
    assert error.status_code == status
    assert error.code == code
    assert kind is None or error.type == kind
    assert isinstance(error.type, str) and error.message
    assert error.request_id
    assert error.response.headers["content-type"].startswith("application/json")


@pytest.mark.gateway
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'{"model":"fake","messages":[]} x',
        b'{"model":"fake","messages":"hi"}',
        b'{"model":7,"messages":[]}',
        b'{"model":"fake","messages":[],"stream":"yes"}',
        b'{"model":"fake","model":"fake","messages":[]}',
        b'{"model":"fake","messages":[{"role":"user","content":"\xff"}]}',
        b'{"model":"fake","messages":[{"role":"user","content":"\x01"}]}',
        b'{"model":"fake","messages":' + b"[" * 200 + b"]" * 200 + b"}",
    ],
)
def test_bodies_that_are_refused(no_retry, fake, body):
    with pytest.raises(openai.BadRequestError) as caught:
        no_retry.post("/chat/completions", cast_to=object, content=body, options={"headers": {"content-type": "application/json"}})
    assert caught.value.code in ("invalid_json", "invalid_request")
    is_our_error(caught.value, 400, caught.value.code)
    assert fake.stats()["requests"] == 0


@pytest.mark.gateway
def test_a_prompt_beyond_the_context_is_refused(client, fake):
    with pytest.raises(openai.BadRequestError) as caught:
        client.chat.completions.create(model="narrow", messages=[{"role": "user", "content": "many words " * 100}])
    is_our_error(caught.value, 400, "context_length_exceeded")
    assert fake.stats()["requests"] == 0


@pytest.mark.gateway
def test_wrong_paths_and_methods(no_retry, http):
    with pytest.raises(openai.NotFoundError) as caught:
        no_retry.get("/nowhere", cast_to=object)
    is_our_error(caught.value, 404, "not_found")
    answer = http.get("/v1/chat/completions")
    assert answer.status_code == 405 and answer.json()["error"]["code"] == "method_not_allowed"
    assert "POST" in answer.headers["allow"]


@pytest.mark.gateway
def test_gateway_token(fake_process, start_gateway):
    from conftest import gateway_yaml

    guarded = start_gateway(gateway_yaml(fake_process, ()), arguments=["--api-token", "let-me-in"])
    with openai.OpenAI(base_url=guarded.base_url, api_key="wrong") as stranger, pytest.raises(openai.AuthenticationError) as caught:
        stranger.chat.completions.create(model="fake", messages=QUESTION)
    is_our_error(caught.value, 401, "invalid_api_key")
    with openai.OpenAI(base_url=guarded.base_url, api_key="let-me-in") as friend:
        assert friend.chat.completions.create(model="fake", messages=QUESTION).choices
    assert "let-me-in" not in fake_process.last()[0]


@pytest.mark.gateway
def test_a_slow_upstream_is_504(no_retry, fake):
    with fake.modes("hang"), pytest.raises(openai.InternalServerError) as caught:
        no_retry.chat.completions.create(model="hasty", messages=QUESTION)
    is_our_error(caught.value, 504, "upstream_timeout")
    fake.wait_for("client_gone", 1)


@pytest.mark.gateway
def test_an_upstream_that_is_not_there_is_502(fake_process, start_gateway):
    from harness import configuration, free_port, target

    lonely = start_gateway(configuration([("gone", target(f"http://127.0.0.1:{free_port()}"))], ()))
    with openai.OpenAI(base_url=lonely.base_url, api_key="x", max_retries=0) as client, pytest.raises(openai.InternalServerError) as caught:
        client.chat.completions.create(model="gone", messages=QUESTION)
    assert caught.value.status_code in (502, 503)
    assert caught.value.code in ("upstream_error", "no_target_available")


@pytest.mark.gateway
def test_a_target_without_its_key_is_503(fake_process, start_gateway):
    from harness import configuration, target

    options = [o.replace("FAKE_KEY", "KEY_THAT_NOBODY_HAS") for o in target(fake_process.url)]
    keyless = start_gateway(configuration([("keyless", options)], ()))
    with openai.OpenAI(base_url=keyless.base_url, api_key="x", max_retries=0) as client, pytest.raises(openai.InternalServerError) as caught:
        client.chat.completions.create(model="keyless", messages=QUESTION)
    is_our_error(caught.value, 503, "no_target_available")


def test_an_error_in_the_middle_of_a_stream_is_raised(client, fake):
    with fake.modes("chunks10.reset4"):
        with pytest.raises((openai.APIError, Exception)) as caught:
            list(client.chat.completions.create(model=FAKE, messages=QUESTION, stream=True))
    assert isinstance(caught.value, openai.APIError) or caught.type.__module__.startswith("httpx")
    assert fake.stats()["requests"] == 1
