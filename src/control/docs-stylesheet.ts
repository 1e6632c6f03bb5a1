// How the reference looks, in light and dark, from 360 pixels on, for a mouse and for a keyboard.

export const DOCS_STYLESHEET_PATH = '/_latchkey/docs.css'

/** Beside the stylesheet of the errors, whose colours it takes. */
export const DOCS_STYLESHEET = `main {
  max-width: 56rem;
}
a {
  color: var(--accent);
}
.skip {
  position: absolute;
  left: -100vw;
}
.skip:focus {
  left: 0;
  padding: 0.5rem 1rem;
  background: var(--paper);
}
nav ul {
  display: flex;
  flex-wrap: wrap;
  gap: 0.25rem 1rem;
  margin: 1rem 0 0;
  padding: 0;
  list-style: none;
}
section {
  padding: 0.75rem 0 0;
  border-left: 0;
}
section:target {
  background: none;
}
h2 {
  font-size: 1.25rem;
}
h3 {
  font-size: 1rem;
  margin: 1rem 0 0;
}
details {
  margin-top: 0.5rem;
  border: 1px solid var(--raised);
  border-radius: 0.25rem;
}
summary {
  padding: 0.5rem 0.75rem;
  overflow-wrap: anywhere;
  cursor: pointer;
}
summary:focus-visible,
a:focus-visible {
  outline: 0.125rem solid var(--accent);
  outline-offset: 0.125rem;
}
summary span,
dt span {
  color: var(--quiet);
}
details > div {
  padding: 0 0.75rem 0.75rem;
}
details > div:target {
  border-left: 0.25rem solid var(--accent);
}
pre {
  margin: 0.5rem 0 0;
  padding: 0.5rem 0.75rem;
  background: var(--raised);
  white-space: pre-wrap;
  overflow-wrap: anywhere;
}
dl {
  margin: 0.5rem 0 0;
}
dd {
  margin: 0 0 0.5rem 1rem;
}
code.get,
code.post,
code.put,
code.patch,
code.delete {
  font-weight: 700;
}
`
