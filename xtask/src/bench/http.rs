//! A client that does as little as possible between two requests.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use anyhow::{Context, Result, bail, ensure};

/// A connection that is kept open.
pub(super) struct Client {
    stream: BufReader<TcpStream>,
    authorization: String,
}

/// An answer with a whole body.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) content_type: String,
    pub(super) etag: String,
    pub(super) body: Vec<u8>,
}

impl Client {
    /// Connects to a port of this machine. An empty token is not sent.
    pub(super) fn connect(port: u16, token: &str) -> Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_nodelay(true)?;
        let authorization =
            if token.is_empty() { String::new() } else { format!("Authorization: Bearer {token}\r\n") };
        Ok(Self { stream: BufReader::new(stream), authorization })
    }

    /// The body of a path that must be there.
    pub(super) fn get(&mut self, path: &str) -> Result<Answer> {
        let answer = self.send("GET", path, "", &[])?;
        ensure!(answer.status == 200, "GET {path} answered {}", answer.status);
        Ok(answer)
    }

    /// The headers of a path that must be there.
    pub(super) fn head(&mut self, path: &str) -> Result<Answer> {
        let answer = self.send("HEAD", path, "", &[])?;
        ensure!(answer.status == 200, "HEAD {path} answered {}", answer.status);
        Ok(answer)
    }

    /// Uploads; the answer must be a success.
    pub(super) fn upload(&mut self, method: &str, path: &str, content_type: &str, body: &[u8]) -> Result<()> {
        let answer = self.send(method, path, content_type, body)?;
        if !(200..300).contains(&answer.status) {
            let text = String::from_utf8_lossy(&answer.body);
            bail!("{method} {path} answered {}: {text}", answer.status);
        }
        Ok(())
    }

    fn send(&mut self, method: &str, path: &str, content_type: &str, body: &[u8]) -> Result<Answer> {
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n{}", self.authorization);
        if !content_type.is_empty() {
            head.push_str(&format!("Content-Type: {content_type}\r\nContent-Length: {}\r\n", body.len()));
        }
        head.push_str("\r\n");
        // One write for a small request, so that it is one packet.
        let mut request = head.into_bytes();
        request.extend_from_slice(body);
        self.stream.get_mut().write_all(&request)?;
        self.read(method).with_context(|| format!("{method} {path} got no whole answer"))
    }

    fn read(&mut self, method: &str) -> Result<Answer> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        let status = line.split(' ').nth(1).context("no status line")?.parse()?;
        let mut answer =
            Answer { status, content_type: String::new(), etag: String::new(), body: Vec::new() };
        let mut length = 0;
        loop {
            line.clear();
            self.stream.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.trim().parse()?,
                "content-type" => answer.content_type = value.trim().to_owned(),
                "etag" => answer.etag = value.trim().to_owned(),
                "transfer-encoding" => bail!("the length of the answer is not announced"),
                _ => {}
            }
        }
        if method != "HEAD" {
            answer.body = vec![0; length];
            self.stream.read_exact(&mut answer.body)?;
        }
        Ok(answer)
    }
}
