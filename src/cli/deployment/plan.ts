// The steps of a deployment as data: their order, and what to do when one fails. Each may be repeated: what exists is
// kept, what is missing is made.
export type StepName = 'check' | 'deploy' | 'secrets' | 'migrate' | 'verify'

export interface Step {
  readonly name: StepName
  readonly title: string
  /** What the person does when it fails. */
  readonly mend: string
}

const AGAIN = 'then deploy again: finished steps are not undone.'

const CHECK: Step = {
  name: 'check',
  title: 'Build the Worker and check its configuration',
  mend: 'Mend what wrangler names above; no account is needed for this.',
}

/** Deploy comes first: on a fresh account there is no database to migrate and no Worker to give secrets to. */
const STEPS: readonly Step[] = [
  {
    name: 'deploy',
    title: 'Deploy the Worker; create its database and its KV namespace where they are missing',
    mend: `Log in with \`npx wrangler login\`, or set CLOUDFLARE_API_TOKEN (and CLOUDFLARE_ACCOUNT_ID if you have several accounts), ${AGAIN}`,
  },
  {
    name: 'secrets',
    title: 'Set the secrets LATCHKEY_SECRET and ADMIN_TOKEN where they are missing',
    mend: `Mend what wrangler names above, ${AGAIN} If ADMIN_TOKEN was set but never shown, \`npx wrangler secret delete ADMIN_TOKEN\` lets the next run make another.`,
  },
  {
    name: 'migrate',
    title: 'Apply new migrations to the database',
    mend: `A migration that failed was rolled back, and the Worker answers 503 not_configured until all are applied. Mend what wrangler names above, ${AGAIN}`,
  },
  {
    name: 'verify',
    title: 'Verify the deployment with real requests',
    mend: 'Look at `npx wrangler tail` while you open the address. With CONTROL_HOST set, or without a workers.dev address, name the host: `--url https://your-host`.',
  },
]

export function planDeploy(mode: 'deploy' | 'dry-run'): readonly Step[] {
  return mode === 'deploy' ? STEPS : [CHECK]
}
