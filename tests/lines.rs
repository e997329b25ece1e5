//! Lines and connections: however a client's bytes come, each command gets its reply, in order.

mod support;

use support::{Client, Herd, Plan, exchange, without_skew};

const LINE_BYTES_MAX: usize = 4096;

fn alford() -> Herd {
    Plan::alone("Alford").start()
}

/// Lines of text, with the skews of AT lines taken out.
fn lines(reply: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(reply);
    let line = |line: &str| match line.starts_with("AT ") {
        true => without_skew(line),
        false => line.to_owned(),
    };
    text.lines().map(line).collect()
}

const KIWI: &str = "AT Alford SKEW kiwi +34-118 1";

/// All six kinds of white space separate fields, and white space around a command is not part of
/// it. LF ends a line and so cannot be within one.
#[test]
fn white_space_around_and_between_fields_does_not_matter() {
    let herd = alford();
    let mut client = herd.client("Alford");
    for space in [" ", "\t", "\r", "\x0b", "\x0c", " \t\r\x0b\x0c \t"] {
        let fields = ["", "IAMAT", "kiwi", "+34-118", "1", ""];
        client.send(fields.join(space) + "\n");
        assert_eq!(without_skew(&client.text()), KIWI, "{space:?}");
        client.send(["", "WHATSAT", "kiwi", "0", "0", ""].join(space) + "\n");
        assert_eq!(without_skew(&client.whatsat_reply().0), KIWI, "{space:?}");
    }
}

/// An invalid command comes back with its white space, whatever it is; telnet ends lines with CR
/// LF.
#[test]
fn an_invalid_line_comes_back_with_every_byte() {
    let herd = alford();
    let mut client = herd.client("Alford");
    let every_byte: Vec<u8> = (0..=255).filter(|&byte| byte != b'\n').collect();
    let lines =
        [&b""[..], b"\r", b" \t\r\x0b\x0c ", b"  hello  there \r", b"\0", b"\xff", &every_byte];
    for line in lines {
        client.send([line, b"\n"].concat());
        assert_eq!(client.line(), [b"? ", line].concat());
    }
}

/// The longest line still counts; one byte more, or very many more, cost the server nothing and
/// the client only that line.
#[test]
fn a_line_over_the_limit_is_cut_and_the_next_command_is_answered() {
    let herd = alford();
    let mut client = herd.client("Alford");
    let longest = vec![b'x'; LINE_BYTES_MAX];
    for bytes in [4095, 4096, 4097, 8192, 65_535, 65_536, 65_537, 100_000] {
        let line = vec![b'x'; bytes];
        client.send([&line[..], b"\nIAMAT kiwi +34-118 1\n"].concat());
        let shown = &longest[..bytes.min(LINE_BYTES_MAX)];
        assert_eq!(client.line(), [b"? ", shown].concat(), "{bytes}");
        assert_eq!(without_skew(&client.text()), KIWI, "{bytes}");
    }
}

/// A command that is too long is invalid, because its end, which is not read, could say anything.
#[test]
fn a_command_over_the_limit_is_invalid_even_if_its_start_is_good() {
    let herd = alford();
    let command = b"IAMAT kiwi +34-118 1";
    let at_limit = [&command[..], &vec![b' '; LINE_BYTES_MAX - command.len()]].concat();
    let too_long = [&at_limit[..], b" "].concat();
    let mut client = herd.client("Alford");
    client.send([&too_long[..], b"\nWHATSAT kiwi 0 0\n"].concat());
    assert_eq!(client.line(), [b"? ", &at_limit[..]].concat());
    assert_eq!(client.text(), "? WHATSAT kiwi 0 0");
    client.send([&at_limit[..], b"\n"].concat());
    assert_eq!(without_skew(&client.text()), KIWI);
}

/// A client may close for writing instead of ending its last line with LF.
#[test]
fn a_last_line_without_its_end_is_a_line() {
    let herd = alford();
    let address = herd.address("Alford");
    assert_eq!(lines(&exchange(address, "IAMAT kiwi +34-118 1")), [KIWI]);
    assert_eq!(lines(&exchange(address, "WHATSAT kiwi 0 0"))[0], KIWI);
    assert_eq!(exchange(address, "hello\nyou"), b"? hello\n? you\n");
    assert_eq!(exchange(address, " "), b"?  \n");
    assert_eq!(exchange(address, "hello\n"), b"? hello\n");
    assert_eq!(exchange(address, ""), b"");
    let overlong = vec![b'x'; LINE_BYTES_MAX + 1];
    let shown = [b"? ", &overlong[..LINE_BYTES_MAX], b"\n"].concat();
    assert_eq!(exchange(address, &overlong), shown);
    assert_eq!(exchange(address, vec![b'x'; 100_000]), shown);
}

/// Commands of all kinds, and the replies that they get, WHATSATs with their JSON.
fn conversation(herd: &Herd) -> (String, Vec<u8>) {
    let id = "kiwi";
    let mut client = herd.client("Alford");
    let at = client.iamat(id, "+34-118", "2");
    let (_, json) = client.whatsat(id, "50", "20");
    let (mut input, mut output) = (String::new(), String::new());
    for round in 0..100 {
        input += &format!("WHATSAT {id} 50 20\nhello {round}\n\nWHATSAT nobody 1 1\n");
        output += &format!("{at}\n{json}? hello {round}\n? \n? WHATSAT nobody 1 1\n");
    }
    (input, output.into_bytes())
}

/// Many commands may arrive in one segment, and closing for writing must not lose any replies.
#[test]
fn pipelined_commands_are_answered_in_order_also_after_a_half_close() {
    let herd = alford();
    let (input, output) = conversation(&herd);
    let mut client = herd.client("Alford");
    client.send(&input);
    client.half_close();
    assert_eq!(client.rest(), output);
    // A client that reads only at the very end gets everything, too.
    assert_eq!(exchange(herd.address("Alford"), input.repeat(3)), output.repeat(3));
}

/// Many positions in one segment must all be passed on, in their order.
#[test]
fn many_positions_in_one_piece_get_a_reply_each() {
    let herd = alford();
    let command = |number| format!("IAMAT client{} +34-118 {number}\n", number % 7);
    let reply = |number| format!("AT Alford SKEW client{} +34-118 {number}", number % 7);
    let input: String = (0..10_000).map(command).collect();
    let expected: Vec<_> = (0..10_000).map(reply).collect();
    assert_eq!(lines(&exchange(herd.address("Alford"), input)), expected);
}

/// The network may cut a command anywhere.
#[test]
fn commands_split_at_any_byte_are_answered_alike() {
    let herd = alford();
    let at = herd.iamat("Alford", "kiwi", "+34-118", "2");
    let input = b"IAMAT kiwi +34.5-118.25/ 1.5\r\n\n WHATSAT kiwi 10 0 \nhello\nIAMAT x +1+1 1";
    let begin = |split| {
        let mut client = herd.client("Alford");
        client.send(&input[..split]);
        (client, split)
    };
    let begun: Vec<(Client, usize)> = (0..=input.len()).map(begin).collect();
    // A reply on another connection: the server has had its turn, and read the first parts.
    assert_eq!(herd.client("Alford").ask("hello"), "? hello");
    for (mut client, split) in begun {
        client.send(&input[split..]);
        client.half_close();
        assert_eq!(without_skew(&client.text()), "AT Alford SKEW kiwi +34.5-118.25/ 1.5");
        assert_eq!(client.text(), "? ");
        assert_eq!(client.whatsat_reply().0, at);
        assert_eq!(client.text(), "? hello");
        assert_eq!(lines(&client.rest()), ["AT Alford SKEW x +1+1 1"], "split at {split}");
    }
}

/// A client may send any number of commands over one connection.
#[test]
fn a_connection_stays_open_between_commands() {
    let herd = alford();
    let mut client = herd.client("Alford");
    for number in 0..1000 {
        assert_eq!(client.ask(&format!("hello {number}")), format!("? hello {number}"));
    }
}

/// A web page can make a browser send any text to any port. Its commands must not count.
#[test]
fn an_http_request_is_refused_with_all_that_follows() {
    let herd = Plan::alone("Alford").start();
    let mut browser = herd.client("Alford");
    browser.send("POST / HTTP/1.1\r\nHost: localhost\r\n\r\nIAMAT victim +0+0 1\r\n");
    assert_eq!(browser.text(), "? POST / HTTP/1.1\r");
    assert_eq!(browser.rest(), b"");
    assert_eq!(herd.client("Alford").ask("WHATSAT victim 0 0"), "? WHATSAT victim 0 0");
}

/// Whoever speaks TLS cannot read an answer in plain text, and must not wait for one.
#[test]
fn a_tls_handshake_is_closed_without_an_answer() {
    let herd = Plan::alone("Alford").start();
    let mut client = herd.client("Alford");
    client.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03");
    assert_eq!(client.rest(), b"");
}
