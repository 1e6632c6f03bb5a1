// The page that a one-time link opens: whose session it begins, and a button, because a scanner that runs scripts presses none.
// Whoever was sent somebody else's link reads so before anything happens. Pure text, with its
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
<p>This link lets one person in, once.</p>
<p id="whose" aria-live="polite"></p>
<p id="replaces" aria-live="polite"></p>
<p><button type="button" id="continue" disabled>Continue</button></p>
<p role="status" id="status"></p>
<noscript><p>This page needs JavaScript.</p></noscript>
</main>
</body>
</html>
`
}

// The token leaves the address bar, and so the history, before anything else is done with it. What is shown is text, whatever
// it contains: names are others' to choose.
export const LINK_SCRIPT = `const token = location.hash.slice(1)
history.replaceState(null, '', location.pathname)
const [button, status, whose, replaces] = ['continue', 'status', 'whose', 'replaces'].map((id) =>
  document.getElementById(id),
)
const named = ({ name, email }) => [name, email && (name ? '(' + email + ')' : email)].filter(Boolean).join(' ')
const send = async (what) => {
  const response = await fetch('/_latchkey/session/' + what, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  })
  const answer = await response.json()
  if (response.status >= 500) throw new Error(answer.code)
  if (!response.ok) status.textContent = 'This link has been used or has expired. Ask for another where you got it.'
  return response.ok ? answer : null
}
const preview = async () => {
  const seen = await send('preview')
  if (seen === null) return
  const { member, organization, replaces: other } = seen
  whose.textContent =
    'You will be logged in as ' + named(member) + ', ' + member.role.replace('_', ' ') + ' of ' + organization.name +
    '. If that is not you, close this page: what you enter there is theirs to read.'
  if (other !== null) replaces.textContent = 'This browser is logged in as ' + named(other) + '. That session ends.'
  next = redeem
  button.disabled = false
}
const redeem = async () => {
  const answer = await send('redeem')
  if (answer !== null) location.replace(answer.return_to)
}
let next = preview
const press = async () => {
  button.disabled = true
  status.textContent = ''
  try {
    await next()
  } catch {
    status.textContent = 'The server does not answer. Try again.'
    button.disabled = false
  }
}
button.addEventListener('click', press)
press()
`
