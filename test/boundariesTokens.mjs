/**
 * The tokens of a TypeScript source, as far as boundaries.mjs needs them: words, strings, template text and punctuation, each with its line.
 * Comments and regular expressions are left out. The TypeScript compiler of this repository has no JavaScript API to ask.
 */
export function tokensOf(text) {
  const tokens = [];
  const templates = []; // for each open `${`: how many braces are open inside it
  let line = 1;
  let at = 0;
  const push = (kind, value, from = line) => tokens.push({ kind, text: value, line: from });
  const advance = (end) => {
    for (; at < end; at++) if (text[at] === "\n") line++;
  };

  const template = () => {
    const from = line;
    const start = at;
    while (at < text.length && text[at] !== "`" && !text.startsWith("${", at)) advance(at + (text[at] === "\\" ? 2 : 1));
    push("template", text.slice(start, at), from);
    if (text[at] === "`") at++;
    else if (at < text.length) {
      templates.push(0);
      at += 2;
    }
  };

  while (at < text.length) {
    const c = text[at];
    if (/\s/.test(c)) advance(at + 1);
    else if (text.startsWith("//", at)) advance(end(text, "\n", at));
    else if (text.startsWith("/*", at)) advance(end(text, "*/", at + 2) + 2);
    else if (c === '"' || c === "'") {
      const close = closing(text, at, c);
      push("string", text.slice(at + 1, close));
      advance(close + 1);
    } else if (c === "`") {
      at++;
      template();
    } else if (c === "}" && templates.at(-1) === 0) {
      templates.pop();
      at++;
      template();
    } else if (c === "/" && startsRegularExpression(tokens.at(-1))) advance(regularExpressionEnd(text, at));
    else if (/[\w$#]/.test(c)) {
      const word = /[\w$#]+/y;
      word.lastIndex = at;
      const [value] = word.exec(text);
      push("word", value);
      at += value.length;
    } else {
      if (templates.length > 0 && c === "{") templates[templates.length - 1]++;
      if (templates.length > 0 && c === "}") templates[templates.length - 1]--;
      const value = text.startsWith("?.", at) ? "?." : c;
      push("mark", value);
      at += value.length;
    }
  }
  return tokens;
}

function end(text, mark, from) {
  const found = text.indexOf(mark, from);
  return found < 0 ? text.length : found;
}

/** Where the string that opens at `open` closes; at the end of its line at the latest, so that an apostrophe in JSX text does little harm. */
function closing(text, open, quote) {
  for (let i = open + 1; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === quote || text[i] === "\n") return i;
  }
  return text.length;
}

/** A slash after a value divides; after an operator or a keyword it opens a regular expression; after `<` it closes a JSX tag. */
function startsRegularExpression(previous) {
  if (!previous) return true;
  if (previous.kind === "mark") return !")]}<.".includes(previous.text);
  return previous.kind === "word" && /^(return|typeof|case|in|of|void|delete|await|yield)$/.test(previous.text);
}

function regularExpressionEnd(text, open) {
  let inClass = false;
  for (let i = open + 1; i < text.length; i++) {
    if (text[i] === "\n") return i;
    if (text[i] === "\\") i++;
    else if (text[i] === "[") inClass = true;
    else if (text[i] === "]") inClass = false;
    else if (text[i] === "/" && !inClass) return i + 1;
  }
  return text.length;
}
