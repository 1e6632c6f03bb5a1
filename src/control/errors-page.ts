// The page behind `type` of every problem: /_latchkey/errors, made from the table of problems. Pure text; it loads its
// stylesheet from this host and nothing from anywhere else.
import { PROBLEM_CATALOG, type DocumentedProblem } from '../problem-catalog.ts'

export const ERRORS_PATH = '/_latchkey/errors'
export const STYLESHEET_PATH = '/_latchkey/errors.css'

export const PAGE_POLICY =
  "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

export function errorsPage(): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Errors - Latchkey</title>
<link rel="stylesheet" href="${STYLESHEET_PATH}">
</head>
<body>
<main>
<h1>Errors</h1>
<p>Every error is <code>application/problem+json</code> (RFC 9457). Its <code>code</code> is one of these; quote its
<code>request_id</code> when you ask for help.</p>
${PROBLEM_CATALOG.map(section).join('\n')}
</main>
</body>
</html>
`
}

function section({ code, status, title, when, remedy }: DocumentedProblem): string {
  return `<section id="${code}">
<h2><a href="#${code}"><code>${code}</code></a> <span>${status}</span></h2>
<p><strong>${prose(title)}.</strong> ${prose(when)}</p>
<p>${prose(remedy)}</p>
</section>`
}

// The table's texts mark code with backquotes.
function prose(text: string): string {
  return escape(text).replace(/`([^`]+)`/g, '<code>$1</code>')
}

function escape(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;')
}

export const STYLESHEET = `:root {
  color-scheme: light dark;
  --text: light-dark(#1c1c1e, #ececee);
  --quiet: light-dark(#5a5a62, #a9a9b2);
  --paper: light-dark(#ffffff, #17171a);
  --raised: light-dark(#f1f1f4, #26262b);
  --accent: light-dark(#0b57d0, #8ab4f8);
}
body {
  margin: 0;
  background: var(--paper);
  color: var(--text);
  font: 1rem/1.6 system-ui, sans-serif;
}
main {
  max-width: 44rem;
  margin: 0 auto;
  padding: 1.5rem 1rem 4rem;
}
h2 {
  margin: 0;
  font-size: 1.0625rem;
  overflow-wrap: anywhere;
}
h2 a {
  color: var(--accent);
}
h2 span {
  color: var(--quiet);
  font-weight: 400;
}
section {
  margin-top: 1rem;
  padding: 0.75rem 1rem;
  border-left: 0.25rem solid var(--raised);
}
section:target {
  border-left-color: var(--accent);
  background: var(--raised);
}
p {
  margin: 0.5rem 0 0;
}
code {
  font-family: ui-monospace, monospace;
  font-size: 0.9375em;
  overflow-wrap: anywhere;
}
`
