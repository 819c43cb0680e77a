"""The `mistralai` package as it comes from PyPI, against the gateway."""

import pytest

from conftest import DIRECT, model

try:
    from mistralai.client import Mistral
except ImportError:
    from mistralai import Mistral

QUESTION = [{"role": "user", "content": "What is the capital of France?"}]
TARGET = model("mistral-fake")
TOOL = {
    "type": "function",
    "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {"location": {"type": "string"}}}},
}


@pytest.fixture
def mistral(gateway, fake):
    with Mistral(api_key="unused", server_url=gateway.url, timeout_ms=20_000) as client:
        yield client


def test_chat(mistral):
    answer = mistral.chat.complete(model=TARGET, messages=QUESTION)
    assert "capital of France" in answer.choices[0].message.content
    assert answer.usage.total_tokens > 0


def test_streamed_chat_has_the_text_of_the_plain_one(mistral):
    plain = mistral.chat.complete(model=TARGET, messages=QUESTION)
    chunks = [event.data for event in mistral.chat.stream(model=TARGET, messages=QUESTION)]
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == plain.choices[0].message.content
    assert chunks[-1].usage.total_tokens > 0, "Mistral puts usage on the last chunk by itself"


@pytest.mark.skipif(DIRECT, reason="needs the gateway")
def test_a_mistral_is_never_sent_stream_options(mistral, fake):
    for event in mistral.chat.stream(model=TARGET, messages=QUESTION):
        assert event.data
    assert "stream_options" not in fake.last_json()


def test_function_calling(mistral):
    answer = mistral.chat.complete(
        model=TARGET, messages=[{"role": "user", "content": "The weather in Paris?"}], tools=[TOOL], tool_choice="any"
    )
    assert answer.choices[0].message.tool_calls[0].function.name == "get_weather"


def test_embeddings(mistral):
    answer = mistral.embeddings.create(model=TARGET, inputs=["a text", "another"])
    assert [len(item.embedding) for item in answer.data] == [256, 256]


def test_fim(mistral):
    answer = mistral.fim.complete(model=TARGET, prompt="def add(a, b):\n", suffix="\nprint(add(1, 2))")
    assert answer.choices[0].message.content == "return a + b"
    pieces = [event.data.choices[0].delta.content for event in mistral.fim.stream(model=TARGET, prompt="def add(a, b):\n")]
    assert "".join(piece or "" for piece in pieces) == "return a + b"


def test_models(mistral):
    assert mistral.models.list().data


def test_errors_are_the_sdks_own(mistral, fake):
    with fake.modes("mistralerror.status422"), pytest.raises(Exception) as caught:
        mistral.chat.complete(model=TARGET, messages=QUESTION)
    assert caught.value.status_code == 422 or caught.type.__name__ == "HTTPValidationError"
