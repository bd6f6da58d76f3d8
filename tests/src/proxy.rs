//! Somebody between a client and a registry, who changes what the registry says.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

use crate::Registry;
use crate::http::Call;

type Change = dyn FnMut(&str, &mut Vec<u8>) + Send;

/// Somebody between a client and a registry. Serves until the test process ends.
pub struct Proxy {
    url: String,
    change: Arc<Mutex<Box<Change>>>,
    target: Arc<Mutex<String>>,
}

impl Proxy {
    /// Stands before a registry, and for now passes on what it says.
    pub fn before(registry: &Registry) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let change: Arc<Mutex<Box<Change>>> = Arc::new(Mutex::new(Box::new(|_, _| {})));
        let target = Arc::new(Mutex::new(registry.url().to_owned()));
        let (shared, to) = (Arc::clone(&change), Arc::clone(&target));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let to = to.lock().unwrap_or_else(PoisonError::into_inner).clone();
                // A client that goes away in between is no failure of the proxy.
                let _ = pass_on(stream, &to, &shared);
            }
        });
        Self { url, change, target }
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// From now on, changes the body of each answer, by the path that was asked for.
    pub fn changes(&self, change: impl FnMut(&str, &mut Vec<u8>) + Send + 'static) {
        *self.change.lock().unwrap_or_else(PoisonError::into_inner) = Box::new(change);
    }

    /// From now on, stands before another registry.
    pub fn turns_to(&self, registry: &Registry) {
        *self.target.lock().unwrap_or_else(PoisonError::into_inner) = registry.url().to_owned();
    }
}

fn pass_on(stream: TcpStream, to: &str, change: &Mutex<Box<Change>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_ascii_whitespace();
    let (Some(method), Some(path)) = (words.next(), words.next()) else { return Ok(()) };
    let mut call = Call::new(method, format!("{to}{path}"));
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        // Nothing else: above all no `If-None-Match`, so that there is always a body to change.
        if name.eq_ignore_ascii_case("authorization") {
            call = call.header(name, value);
        }
    }
    let answer = call.send();
    let mut body = answer.body.clone();
    (change.lock().unwrap_or_else(PoisonError::into_inner))(path, &mut body);
    let head = format!(
        "HTTP/1.1 {} -\r\nconnection: close\r\ncontent-type: {}\r\ncontent-length: {}\r\n\r\n",
        answer.status,
        answer.header("content-type"),
        body.len()
    );
    let mut stream = stream;
    stream.write_all(head.as_bytes())?;
    stream.write_all(&body)
}
