//! The fenced blocks of a Markdown page.

/// A fenced block.
#[derive(Debug)]
pub(crate) struct Block {
    /// The line of its opening fence, from 1.
    pub(crate) line: usize,
    pub(crate) language: String,
    /// `title="hello.py"` names the file that the block shows.
    pub(crate) title: Option<String>,
    /// The reason in the comment `<!-- not run: REASON -->` on the line above.
    pub(crate) not_run: Option<String>,
    /// The page says `<!-- needs CPython 3.12 -->` on the line above.
    pub(crate) needs_python: bool,
    /// Without the indentation of the fence.
    pub(crate) lines: Vec<String>,
    indentation: String,
}

pub(crate) fn blocks(text: &str) -> Vec<Block> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found: Vec<Block> = Vec::new();
    let mut open = false;
    for (number, line) in lines.iter().enumerate() {
        let Some(info) = line.trim_start().strip_prefix("```") else {
            if open && let Some(block) = found.last_mut() {
                let inner = line.strip_prefix(block.indentation.as_str()).unwrap_or(line.trim_start());
                block.lines.push(inner.to_owned());
            }
            continue;
        };
        open = !open;
        if open {
            found.push(opened(number, line, info, number.checked_sub(1).map_or("", |above| lines[above])));
        }
    }
    assert!(!open, "a block is not closed");
    found
}

fn opened(number: usize, line: &str, info: &str, above: &str) -> Block {
    let comment = above.trim().strip_prefix("<!-- ").and_then(|rest| rest.strip_suffix(" -->"));
    let title = info.split_once("title=\"").and_then(|(_, rest)| rest.split_once('"'));
    Block {
        line: number + 1,
        language: info.split_whitespace().next().unwrap_or("").to_owned(),
        title: title.map(|(title, _)| title.to_owned()),
        not_run: comment.and_then(|comment| comment.strip_prefix("not run: ")).map(str::to_owned),
        needs_python: comment == Some("needs CPython 3.12"),
        lines: Vec::new(),
        indentation: line[..line.len() - line.trim_start().len()].to_owned(),
    }
}

/// The page with other lines in those blocks whose opening fences are on the lines given.
pub(crate) fn replaced(text: &str, new: &[(usize, Vec<String>)]) -> String {
    let blocks = blocks(text);
    let lines: Vec<&str> = text.lines().collect();
    let (mut result, mut next) = (String::new(), 0);
    for block in &blocks {
        let Some((_, inner)) = new.iter().find(|(line, _)| *line == block.line) else { continue };
        for line in &lines[next..block.line] {
            result.push_str(&format!("{line}\n"));
        }
        for line in inner {
            result.push_str(format!("{}{line}", block.indentation).trim_end());
            result.push('\n');
        }
        next = block.line + block.lines.len();
    }
    for line in &lines[next..] {
        result.push_str(&format!("{line}\n"));
    }
    result
}
