// What a person reads whose login came to nothing: what happened, and what to do. Pure text.
import { html } from 'hono/html'
import { STYLESHEET_PATH } from './errors-page.ts'

interface RefusalRow {
  readonly status: 400 | 403 | 404 | 502
  readonly title: string
  readonly advice: string
}

/** Every way in which a login can fail. */
const REFUSALS = {
  login_not_configured: {
    status: 404,
    title: 'Nobody can log in here yet',
    advice: 'The owner of this gateway sets OIDC_ISSUER and OIDC_CLIENT_ID first.',
  },
  return_refused: {
    status: 400,
    title: 'This login leads elsewhere',
    advice: 'return_to takes a path of this gateway, below /_latchkey/. Log in without it.',
  },
  login_expired: {
    status: 400,
    title: 'This login did not begin here, or took too long',
    advice: 'Begin again, in one browser and within ten minutes.',
  },
  provider_refused: {
    status: 403,
    title: 'The identity provider did not let you in',
    advice: 'Begin again. If it happens again, ask whoever runs the identity provider.',
  },
  answer_refused: {
    status: 403,
    title: 'The answer of the identity provider is not valid',
    advice: 'Begin again. An answer counts once, and only where the login began.',
  },
  provider_unreachable: {
    status: 502,
    title: 'The identity provider does not answer',
    advice: 'Try again later.',
  },
  not_invited: {
    status: 403,
    title: 'You are not a user of this gateway',
    advice:
      'The identity provider knows you, and nobody has invited you here. Ask an administrator to invite the address that your provider has verified, and log in again.',
  },
} as const satisfies Readonly<Record<string, RefusalRow>>

export type LoginRefusal = keyof typeof REFUSALS

export const LOGIN_PATH = '/_latchkey/login'

export function statusOf(refusal: LoginRefusal): RefusalRow['status'] {
  return REFUSALS[refusal].status
}

export function loginPage(refusal: LoginRefusal, requestId: string) {
  const { title, advice } = REFUSALS[refusal]
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title} - Latchkey</title>
        <link rel="stylesheet" href="${STYLESHEET_PATH}" />
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          <p>${advice}</p>
          <p><a href="${LOGIN_PATH}">Log in</a></p>
          <p>Request <code>${requestId}</code></p>
        </main>
      </body>
    </html>`
}
