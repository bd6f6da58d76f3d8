//! The tokens of flows that a host runs as JavaScript.
//!
//! ObjectStack 17.4.0 (`resolveToken` of `@objectstack/service-automation`) takes each `{…}` of a flow's texts for a token.
//! What is no path, no date and nothing of the user goes through `new Function` in the host process: every name in it is
//! replaced by its value, quoted by `JSON.stringify`. That quoting holds where a value may stand, and nowhere else: a name
//! inside of quotes, of a comment or of a regular expression ends these, and its value is code.

/// What the evaluator knows as functions: of numbers, each without effects.
const FUNCTIONS: [&str; 6] = ["abs", "ceil", "floor", "max", "min", "round"];

/// Each begins before any that it begins with.
const OPERATORS: [&str; 18] =
    ["===", "!==", "==", "!=", "<=", ">=", "&&", "||", "<", ">", "+", "-", "*", "/", "%", ",", "?", ":"];

/// The tokens in a text of a flow that are more than data.
pub(super) fn that_run(text: &str) -> impl Iterator<Item = &str> {
    tokens(text).filter(|token| runs(token))
}

/// As `/\{([^{}]+)\}/g` finds them: from an opening brace to a closing one, with no brace in between.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let after_braces = text.split('{').skip(1);
    after_braces.filter_map(|after| after.split_once('}')).map(|(token, _)| token).filter(|token| !token.is_empty())
}

/// Whether the evaluator would hand a token to `new Function`, and it is more than a calculation.
fn runs(token: &str) -> bool {
    let token = token.trim_matches(is_space);
    let is_resolved = token.is_empty() || is_date(token) || token.starts_with("$User.") || is_path(token);
    !is_resolved && token.chars().all(passes_filter) && !is_calculation(token)
}

/// White space as JavaScript has it.
fn is_space(c: char) -> bool {
    c == '\u{feff}' || (c.is_whitespace() && c != '\u{85}')
}

/// What the evaluator lets through; a token with any other character resolves to nothing.
fn passes_filter(c: char) -> bool {
    is_name_part(c) || is_space(c) || "+-*/%().,?:<>=!&|\"'".contains(c)
}

fn begins_name(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || c == '$'
}

fn is_name_part(c: char) -> bool {
    begins_name(c) || c.is_ascii_digit()
}

/// `NOW()` or `TODAY()`, with days to add or to take away: a number, or the name of a variable.
fn is_date(token: &str) -> bool {
    let skip = |text: &str, what: char| text.trim_start_matches(is_space).strip_prefix(what).map(str::to_owned);
    let after_name = token.strip_prefix("NOW").or_else(|| token.strip_prefix("TODAY"));
    let Some(rest) = after_name.and_then(|rest| skip(rest, '(')).and_then(|rest| skip(&rest, ')')) else {
        return false;
    };
    let rest = rest.trim_start_matches(is_space);
    let days = rest.strip_prefix(['+', '-']).map(|days| days.trim_start_matches(is_space));
    rest.is_empty() || days.is_some_and(|days| !days.is_empty() && !days.contains(is_space))
}

/// Names with dots in between, and indices after the first.
fn is_path(token: &str) -> bool {
    let mut segments = token.split('.');
    segments.next().is_some_and(is_name) && segments.all(|segment| is_name(segment) || is_index(segment))
}

fn is_name(segment: &str) -> bool {
    segment.starts_with(begins_name) && segment.chars().all(is_name_part)
}

fn is_index(segment: &str) -> bool {
    !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit())
}

/// Numbers, names and calls of the known functions, with operators and parentheses in between. Since a value stands wherever
/// a name does, and `/` only where it divides, nothing in it can open a text, a comment or a regular expression.
fn is_calculation(token: &str) -> bool {
    let mut rest = token;
    let mut open = 0_usize;
    loop {
        // A value, after any number of parentheses; each may be negative.
        loop {
            rest = rest.trim_start_matches(is_space);
            rest = rest.strip_prefix('-').unwrap_or(rest).trim_start_matches(is_space);
            let Some(after) = opened(rest) else { break };
            (rest, open) = (after, open + 1);
        }
        let Some(after) = after_value(rest) else { return false };
        rest = after.trim_start_matches(is_space);
        while let Some(after) = rest.strip_prefix(')') {
            let Some(still_open) = open.checked_sub(1) else { return false };
            (rest, open) = (after.trim_start_matches(is_space), still_open);
        }
        if rest.is_empty() {
            return open == 0;
        }
        let Some(after) = OPERATORS.iter().find_map(|operator| rest.strip_prefix(operator)) else { return false };
        rest = after;
    }
}

/// What follows a parenthesis, or a known function with one.
fn opened(text: &str) -> Option<&str> {
    let name_end = text.find(|c| !is_name_part(c)).unwrap_or(text.len());
    let (name, rest) = text.split_at(name_end);
    let after = rest.trim_start_matches(is_space).strip_prefix('(')?;
    (name.is_empty() || FUNCTIONS.contains(&name)).then_some(after)
}

/// What follows a number or a path of names.
fn after_value(text: &str) -> Option<&str> {
    let end = text.find(|c| !is_name_part(c) && c != '.').unwrap_or(text.len());
    let (value, rest) = text.split_at(end);
    let (whole, part) = value.split_once('.').unwrap_or((value, "0"));
    let is_number = is_index(whole) && is_index(part);
    let is_called = rest.trim_start_matches(is_space).starts_with('(');
    (!is_called && (is_number || value.split('.').all(is_name))).then_some(rest)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(text: &str) -> Vec<&str> {
        that_run(text).collect()
    }

    #[test]
    fn paths_dates_and_the_user_are_data() {
        for token in [
            "",
            " ",
            "record.owner.name",
            " $runId ",
            "rows.0.id",
            "a.10.b",
            "$User.Id",
            "$User.profile['x']",
            "NOW()",
            "TODAY ( ) + 7",
            "TODAY() - expirationDays",
            "NOW()+'x'",
            "true",
        ] {
            assert_eq!(found(&format!("Dear {{{token}}}!")), [""; 0], "{token}");
        }
    }

    #[test]
    fn calculations_are_data() {
        for token in [
            "round(deal.amount * (1 - discount / 100) * 100) / 100",
            "amount * -1",
            "-(a + b) % 3",
            "min(a, max ( b , 0.5 )) + abs(-c)",
            "a >= b && b !== 0 || c ? 1 : 2",
            "7",
            "2,4",
        ] {
            assert_eq!(found(&format!("{{{token}}}")), [""; 0], "{token}");
        }
    }

    #[test]
    fn what_the_evaluator_leaves_alone_is_data() {
        for text in ["p { color: red; }", "{rows[0].id}", "{a`b}", "{naïve}", "{}", "}{", "{a", "a}", "{\u{85}'x'}"] {
            assert_eq!(found(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn whatever_could_be_code_is_found() {
        for token in [
            "'x'",
            "\"x\"",
            "\"text\":1",
            "x == 'open'",
            "/ x /",
            "a / / x /",
            "/* x */ 1",
            "a // x",
            "a<!-b",
            "a => 1",
            "() => 1",
            "process.exit()",
            "Math.round(x)",
            "x()",
            "round(1)(2)",
            "round.call(x)",
            "(round)(x)",
            "(a)(b)",
            "a b",
            "a.",
            ".5",
            "1.",
            "1.x",
            "1x",
            "a.0 + 1",
            "a = 1",
            "a++",
            "--a",
            "a ** b",
            "a?.b",
            "a ?? b",
            "...a",
            "a & b",
            "a |b",
            "!a",
            "a +",
            "(a",
            "a)",
            "()",
            "a,",
            "round()",
            "30_days_ago",
            "NOW() + 7 + 'x'",
            "NOW + ()",
            "TODAYS() + 7",
            "\u{feff}'x'\u{2028}",
            "\u{a0}a\nb",
        ] {
            assert_eq!(found(&format!("{{{token}}}")), [token], "{token}");
        }
    }

    #[test]
    fn tokens_are_between_the_nearest_braces() {
        assert_eq!(found("{{'a'}}"), ["'a'"]);
        assert_eq!(found("{a {'b'} c} ${'d'}{'e'}"), ["'b'", "'d'", "'e'"]);
        assert_eq!(found(r#"{"text":"{record.name}"}"#), [""; 0]);
    }

    /// The tokens of a text, by the words of the expression: a pair of braces, with something and no brace between them.
    fn by_the_words(text: &str) -> Vec<&str> {
        let places = |brace| text.match_indices(brace).map(|(at, _)| at).collect::<Vec<_>>();
        let pairs =
            places('{').into_iter().flat_map(|open| places('}').into_iter().map(move |close| (open + 1, close)));
        let between = pairs.filter(|(open, close)| open < close).map(|(open, close)| &text[open..close]);
        between.filter(|token| !token.contains(['{', '}'])).collect()
    }

    proptest! {
        #[test]
        fn every_token_is_looked_at(text in "[{}a1 '+]{0,40}") {
            prop_assert_eq!(tokens(&text).collect::<Vec<_>>(), by_the_words(&text));
            let more: Vec<&str> = by_the_words(&text).into_iter().filter(|token| runs(token)).collect();
            prop_assert_eq!(found(&text), more);
        }

        #[test]
        fn no_token_that_is_evaluated_has_quotes(
            before in "[a-z0-9 +*/()]{0,8}", quote in "['\"]", after in "[a-z0-9 '\"+*/()]{0,8}", around in "[a-z{} ]{0,9}",
        ) {
            let token = format!("{before}{quote}{after}");
            let text = format!("{around}{{{token}}}{around}");
            prop_assert!(found(&text).contains(&token.as_str()), "{}", text);
        }

        #[test]
        fn in_a_calculation_nothing_stands_where_it_would_not_be_a_value(token in "[ab1 .,?:/*+<>=!&|()-]{1,12}") {
            let bare: String = token.chars().filter(|c| !is_space(*c)).collect();
            if is_calculation(&token) {
                for never in ["//", "/*", "*/", "<!", "=>", "++", "?.", "..", "(/", ",/", "?/", ":/", "=/", ")(", "a(", "b("] {
                    prop_assert!(!bare.contains(never), "{} has {}", token, never);
                }
                prop_assert!(!bare.starts_with('/') && !bare.ends_with('/'), "{}", token);
            }
        }
    }
}
