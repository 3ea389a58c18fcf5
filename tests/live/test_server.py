"""What a real server adds: connections, broken requests, and bodies that come in pieces or not at all."""

import http.client
import re

import pytest

from scripts.serve import THREADS_PER_WORKER
from tests.live.raw_http import JSON, chunks, exchange, head, parse
from tests.live.server import WORKERS

BODY_MAX_BYTES = 2_621_440
"""Django's limit, which the product leaves as it is."""

CHUNKED = "Transfer-Encoding: chunked"


@pytest.fixture
def part(shop):
    """A part at the first of three steps."""
    return shop.part(shop.route("Saw", "Mill", "Inspect"))


def place(shop, part: str) -> int:
    """Return where the part stands."""
    return shop.get(f"serials/{part}")["currentStepIndex"]


# --- Every answer --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/jobs", 200),
        ("GET", "/api/jobs/job_unknown", 404),
        ("GET", "/api/no-such-endpoint", 404),
        ("DELETE", "/api/jobs", 405),
        ("BREW", "/api/jobs", 405),
        ("POST", "/api/jobs", 400),
        ("GET", "/admin/", 302),
    ],
)
def test_every_answer_says_its_request_id(client, method, path, status):
    response = client.request(method, path)
    assert response.status_code == status
    assert re.fullmatch(r"[0-9a-f]{16}", response.headers["X-Request-ID"])


def test_a_callers_request_id_comes_back(client):
    assert client.get("/api/jobs", headers={"X-Request-ID": "erp-4711"}).headers["X-Request-ID"] == "erp-4711"


def test_a_wrong_verb_is_answered_with_the_right_ones(client):
    response = client.delete("/api/audit")
    assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")
    assert set(response.headers["Allow"].split(", ")) >= {"GET", "HEAD"}
    assert "DELETE" not in response.headers["Allow"]


def test_head_answers_as_get_does_without_the_body(client, part):
    for path in ("/api/jobs", f"/api/serials/{part}", "/api/serials/SN-99999"):
        got, headed = client.get(path), client.head(path)
        assert (headed.status_code, headed.content) == (got.status_code, b"")
        assert headed.headers["Content-Length"] == got.headers["Content-Length"]


def test_one_connection_carries_many_requests_also_behind_refusals(server):
    body = '{"name": "' + "x" * 500_000 + '"}'
    requests = [
        ("POST", "/api/jobs", {}, '{"name": "Kept", "goalQuantity": 1}', 201),
        ("POST", "/api/jobs", {}, "{nonsense", 400),
        ("POST", "/api/jobs", {}, "", 400),
        # these are refused before anybody looks at the body
        ("POST", "/api/jobs", {"Authorization": "Token wrong"}, body, 401),
        ("POST", "/api/jobs", {"Content-Type": "text/plain"}, body, 415),
        ("PATCH", "/api/jobs", {}, body, 405),
        ("POST", "/api/no-such-endpoint", {}, body, 404),
        ("GET", "/api/jobs", {}, body, 200),
    ]
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    connection.connect()
    socket = connection.sock
    for method, path, headers, content, status in requests * 3:
        connection.request(method, path, content, {"Content-Type": "application/json"} | headers)
        answer = connection.getresponse()
        answer.read()
        assert (answer.status, connection.sock) == (status, socket), (method, path)
    connection.close()


def test_requests_sent_without_waiting_are_answered_in_their_order(server):
    requests = b"GET /api/jobs/job_one HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" + head("GET", "/api/jobs/job_two")
    with server.connection() as connection:
        connection.sendall(requests)
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    messages = re.findall(rb"Job not found: (\w+)", received)
    assert messages == [b"job_one", b"job_two"]


# --- Bodies --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("surplus", "status", "code"), [(0, 400, "too_long"), (1, 413, "body_too_large")])
def test_a_body_over_the_limit_is_refused_and_one_at_the_limit_is_read(server, surplus, status, code):
    frame = b'{"name": ""}'
    body = b'{"name": "' + b"a" * (BODY_MAX_BYTES - len(frame) + surplus) + b'"}'
    answer = exchange(server, head("POST", "/api/jobs", JSON, f"Content-Length: {len(body)}") + body)
    assert (answer.status, answer.json["code"]) == (status, code)


def test_a_body_in_chunks_is_read_like_any_other(server, shop, part):
    stale = exchange(
        server,
        head("POST", f"/api/serials/{part}/advance", JSON, CHUNKED) + chunks(b'{"expected', b'StepIndex": 1}'),
    )
    assert (stale.status, stale.json["code"]) == (409, "moved_meanwhile")
    assert place(shop, part) == 0

    answer = exchange(
        server, head("POST", f"/api/serials/{part}/advance", JSON, CHUNKED) + chunks(b'{"expectedStepIndex": 0}')
    )
    assert (answer.status, answer.json["currentStepIndex"]) == (200, 1)


def test_a_body_in_chunks_over_the_limit_is_refused(server):
    piece = b"a" * 65536
    body = chunks(b'{"name": "', *[piece] * (BODY_MAX_BYTES // len(piece) + 1), b'"}')
    answer = exchange(server, head("POST", "/api/jobs", JSON, CHUNKED) + body)
    assert (answer.status, answer.json["code"]) == (413, "body_too_large")


@pytest.mark.parametrize(
    ("header", "body"),
    [
        ("Content-Length: 30", b""),
        ("Content-Length: 30", b"{"),
        ("Content-Length: 30", b"{}"),
        (CHUNKED, b""),
        (CHUNKED, b"18\r\n{"),
        (CHUNKED, b"2\r\n{}\r\nno-number\r\n"),
        (CHUNKED, b"no-number\r\n{}\r\n"),
    ],
)
def test_a_body_that_did_not_arrive_whole_advances_nothing(server, shop, part, header, body):
    answer = exchange(server, head("POST", f"/api/serials/{part}/advance", JSON, header) + body, half_close=True)
    if answer.status == 200:
        # All of a JSON object had come, and only the chunk that says "this was all" had not.
        assert body.startswith(b"2\r\n{}")
        return
    assert (answer.status, answer.json["code"]) in {(400, "incomplete_body"), (400, "malformed_json")}
    assert place(shop, part) == 0


def test_a_client_that_asks_before_it_sends_is_told_to_go_on(server):
    body = b'{"name": "Asked first", "goalQuantity": 2}'
    with server.connection() as connection:
        connection.sendall(head("POST", "/api/jobs", JSON, f"Content-Length: {len(body)}", "Expect: 100-continue"))
        go_on = connection.recv(len(b"HTTP/1.1 100 Continue\r\n\r\n"))
        assert go_on == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(body)
        answer = parse(b"".join(iter(lambda: connection.recv(65536), b"")))
    assert (answer.status, answer.json["name"]) == (201, "Asked first")


def test_slow_clients_are_waited_for_while_others_are_answered(server, client):
    body = b'{"name": "Slow", "goalQuantity": 3}'
    request = head("POST", "/api/jobs", JSON, f"Content-Length: {len(body)}") + body
    # One whose headers dawdle costs no thread, so there may be many; one whose body does costs one.
    dawdling = [server.connection() for _ in range(4 * WORKERS * THREADS_PER_WORKER)]
    slow = [server.connection() for _ in range(THREADS_PER_WORKER - 1)]
    try:
        for connection in dawdling:
            connection.sendall(request[:20])
        for connection in slow:
            connection.sendall(request[:-10])
        assert client.get("/api/jobs").status_code == 200
        for connection in slow:
            connection.sendall(request[-10:])
        dawdling[0].sendall(request[20:])
        for connection in (*slow, dawdling[0]):
            answer = parse(b"".join(iter(lambda one=connection: one.recv(65536), b"")))
            assert (answer.status, answer.json["name"]) == (201, "Slow")
    finally:
        for connection in (*slow, *dawdling):
            connection.close()


# --- Requests that are none ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"NONSENSE\r\n\r\n", 400),
        (b"GET /api/jobs HTTP/9.9\r\nHost: 127.0.0.1\r\n\r\n", 400),
        (b"GET  HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 400),
        (b"GET /api/jobs/\xff HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 400),
        (b"GET /api/jobs HTTP/1.1\r\nHost 127.0.0.1\r\n\r\n", 400),
        (b"GET /api/jobs HTTP/1.1\r\nConnection: close\r\n\r\n", 400),
        (head("POST", "/api/jobs", JSON, "Content-Length: -1"), 400),
        (head("POST", "/api/jobs", JSON, "Content-Length: many"), 400),
        (head("GET", "/api/jobs?name=" + "a" * 100_000), 414),
        (head("GET", "/api/jobs", *(f"X-{number}: a" for number in range(500))), 431),
    ],
)
def test_what_is_no_request_is_refused_and_the_server_goes_on(server, client, request_bytes, status):
    answer = exchange(server, request_bytes)
    assert answer.status == status
    assert client.get("/api/jobs").status_code == 200


@pytest.mark.parametrize(
    "path", ["/api/jobs/%ff%fe", "/api/jobs/%00", "/api/serials/SN-%d9%a1", "/api/audit/serial/%00"]
)
def test_a_path_of_any_bytes_is_answered(client, path):
    assert client.get(path).status_code in (200, 404)


# --- Who may call --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        "Forwarded: for=127.0.0.1",
        "X-Forwarded-For: 127.0.0.1",
        "X-Forwarded-For:",
        "x-forwarded-for: 127.0.0.1",
        "X-Forwarded-Host: 127.0.0.1",
        "X-Real-IP: 127.0.0.1",
        "X_Forwarded_For: 127.0.0.1",
        "Origin: http://evil.example",
        "Origin: null",
        "Sec-Fetch-Site: cross-site",
        "Sec-Fetch-Site: same-site",
        "Authorization: Token wrong",
        "X-API-Key: wrong",
        "Cookie: sessionid=over",
    ],
)
def test_who_comes_through_a_proxy_or_for_another_site_or_with_a_credential_is_no_kiosk(server, header):
    answer = exchange(server, head("GET", "/api/jobs", header))
    assert answer.status == 401
    assert answer.headers["WWW-Authenticate"] == "Token"
    assert answer.json["statusCode"] == 401


@pytest.mark.parametrize("header", ["Sec-Fetch-Site: same-origin", "Sec-Fetch-Site: none", "Accept: text/html"])
def test_a_program_or_our_own_page_on_this_machine_is_a_kiosk(server, header):
    assert exchange(server, head("GET", "/api/jobs", header)).status == 200


def test_a_page_of_ours_names_its_origin_with_the_port(server):
    host = f"127.0.0.1:{server.port}"
    ours, other = (head("GET", "/api/jobs", f"Origin: http://{origin}", host=host) for origin in (host, "127.0.0.1:1"))
    assert exchange(server, ours).status == 200
    assert exchange(server, other).status == 401


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "127.0.0.1, evil.example", "", "[::1"])
def test_a_host_name_that_is_not_ours_is_refused_in_the_envelope(server, host):
    answer = exchange(server, head("GET", "/api/jobs", host=host))
    assert (answer.status, answer.json["statusCode"], answer.json["code"]) == (400, 400, "bad_request")
    assert "X-Request-ID" in answer.headers


def test_two_host_names_are_none(server):
    answer = exchange(server, head("GET", "/api/jobs", "Host: evil.example"))
    assert (answer.status, answer.json["code"]) == (400, "bad_request")
