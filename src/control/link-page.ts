// The page that a one-time link opens: a button, because a scanner that runs scripts presses none. Pure text, with its
// script and stylesheet from this host and nothing from anywhere else.
import { STYLESHEET_PATH } from './errors-page.ts'

export const LINK_PAGE_PATH = '/_latchkey/portal/session'
export const LINK_SCRIPT_PATH = '/_latchkey/portal/session.js'

export const LINK_PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

export function linkPage(): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Log in - Latchkey</title>
<link rel="stylesheet" href="${STYLESHEET_PATH}">
<script src="${LINK_SCRIPT_PATH}" defer></script>
</head>
<body>
<main>
<h1>Log in</h1>
<p>This link lets you in once.</p>
<p><button type="button" id="continue">Continue</button></p>
<p role="status" id="status"></p>
<noscript><p>This page needs JavaScript.</p></noscript>
</main>
</body>
</html>
`
}

// The token leaves the address bar, and so the history, before anything else is done with it.
export const LINK_SCRIPT = `const token = location.hash.slice(1)
history.replaceState(null, '', location.pathname)
const button = document.getElementById('continue')
const status = document.getElementById('status')
button.addEventListener('click', async () => {
  button.disabled = true
  try {
    const response = await fetch('/_latchkey/session/redeem', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    })
    const answer = await response.json()
    if (response.ok) return location.replace(answer.return_to)
    if (response.status >= 500) throw new Error(answer.code)
    status.textContent = 'This link has been used or has expired. Ask for another where you got it.'
  } catch {
    status.textContent = 'The server does not answer. Try again.'
    button.disabled = false
  }
})
`
