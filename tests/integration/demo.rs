//! The demonstration, as somebody meets it who copies what it prints into a shell.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use plimsoll_tests::binary;

/// A running demonstration, and all that it printed. It is ended when dropped.
struct Demo {
    child: Child,
    printed: String,
}

impl Demo {
    fn start(data_dir: &Path) -> Self {
        let mut command = Command::new(binary("plimsoll-server"));
        command.args(["--demo", "--listen", "127.0.0.1:0", "--data-dir"]).arg(data_dir);
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("a server");
        let mut demo = Self { child, printed: String::new() };
        for line in BufReader::new(demo.child.stdout.take().expect("piped")).lines().map_while(Result::ok) {
            demo.printed += &(line + "\n");
            if demo.printed.contains("\nStop the registry") {
                return demo;
            }
        }
        panic!("the demonstration ended early:\n{}", demo.printed);
    }

    /// The lines to copy.
    fn tour(&self) -> Vec<String> {
        let (_, tour) = self.printed.split_once("\nTry next").expect("a tour");
        let program = format!("'{}'", binary("plimsoll").display());
        let line = |line: &str| {
            line.replace("cargo build --release -p plimsoll-cli", ":")
                .replace("cargo run --quiet --release -p plimsoll-cli --", &program)
        };
        tour.lines().filter_map(|text| text.strip_prefix("  ")).map(line).collect()
    }

    /// Copies the tour into a shell. What was shown, and the exit code of each command.
    fn take_tour(&self) -> (String, Vec<(String, i32)>) {
        let is_command = |line: &String| line.starts_with("plimsoll ") || line.starts_with("curl ");
        let tour = self.tour();
        let mut script = "command -v curl >/dev/null || curl() { :; }\n".to_owned();
        for line in &tour {
            script += line;
            script += if is_command(line) { "\necho \"exit=$?\"\n" } else { "\n" };
        }
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(script).current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).stdin(Stdio::null());
        let output = shell.output().expect("a shell");
        let shown = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        let codes = shown.lines().filter_map(|line| line.split_once("exit=")?.1.parse().ok());
        let commands: Vec<_> = tour.iter().filter(|line| is_command(line)).cloned().zip(codes).collect();
        (shown, commands)
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn every_printed_command_works_as_printed() {
    let dir = tempfile::tempdir().expect("a directory");
    let demo = Demo::start(dir.path());
    assert_eq!(demo.printed.matches("admin-token: plim_").count(), 1, "{}", demo.printed);
    let (shown, commands) = demo.take_tour();
    assert!(commands.len() > 20, "{shown}");
    for (command, code) in commands {
        let expected = if command == "plimsoll update </dev/null" { 12 } else { 0 };
        assert_eq!(code, expected, "{command}\n{shown}");
    }
    for told in ["asks to connect to history.acme.example", "Installed com.acme.fx-rates 1.1.0"] {
        assert!(shown.contains(told), "{told}\n{shown}");
    }
}

#[test]
fn a_second_start_has_new_tokens_and_the_same_registry() {
    let dir = tempfile::tempdir().expect("a directory");
    let part = |demo: &Demo, name: &str| {
        let line = demo.printed.lines().map(str::trim).find(|line| line.starts_with(name));
        line.unwrap_or_else(|| panic!("{name} is not printed:\n{}", demo.printed)).to_owned()
    };
    let first = Demo::start(dir.path());
    let (fingerprint, token) = (part(&first, "fingerprint"), part(&first, "OPERATOR="));
    drop(first);
    let second = Demo::start(dir.path());
    assert_eq!(part(&second, "fingerprint"), fingerprint);
    assert_ne!(part(&second, "OPERATOR="), token);
    assert!(!second.printed.contains("admin-token"), "{}", second.printed);
    assert!(second.take_tour().1.iter().any(|(command, code)| command.contains("review approve") && *code == 0));
}
