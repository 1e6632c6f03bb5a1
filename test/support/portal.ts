// The portal in a real browser: the built Worker with its static files, real storage, a real identity provider, a real origin, and
// people of every role. Whatever a page does that it must not do is found when the visit ends.
import { readFile, mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import chromiumPackage from '@sparticuz/chromium'
import type { AxeResults } from 'axe-core'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { startGateway, type GatewayUnderTest } from './gateway.ts'
import {
  Browser as Visitor,
  CLIENT,
  startIdentityProvider,
  type IdentityProvider,
} from './identity-provider.ts'
import { startOrigin, type OriginUnderTest } from './origin.ts'

/** Who can log in: the name is the login at the identity provider, `<name>@example.com` the address. */
const OPERATORS = { olga: 'owner', otto: 'auditor', sue: 'support' } as const
const MEMBERS = { ann: 'admin', lea: 'team_lead', mia: 'member', vic: 'viewer' } as const

type Person = keyof typeof OPERATORS | keyof typeof MEMBERS

export interface Visit {
  readonly page: Page
  /** Opens a path of the portal, such as `/keys?state=active`, and waits until it has something to show. */
  open(path: string): Promise<void>
  /** Shows the page as it is in such a window, and waits until it is drawn in the colours of this mode. */
  show(width: number, colorScheme: 'light' | 'dark'): Promise<void>
  /** What axe finds wrong on the page as it is, as sentences. */
  axe(): Promise<readonly string[]>
  /** Keeps a picture in dist/screenshots/. */
  picture(name: string): Promise<void>
  /** Closes the page. @throws when it broke its policy, asked another host, or failed with an error that nobody caught */
  close(): Promise<void>
}

interface VisitOptions {
  readonly width?: number
  readonly height?: number
  readonly colorScheme?: 'light' | 'dark'
  /** Another origin that pages may lead to. What its own pages ask is none of the portal's. */
  readonly mayVisit?: string
}

export interface PortalUnderTest {
  readonly gateway: GatewayUnderTest
  readonly origin: OriginUnderTest
  readonly provider: IdentityProvider
  /** Of every member. */
  readonly organizationId: string
  readonly teamId: string
  readonly projectId: string
  /** A project of the team. */
  readonly teamProjectId: string
  /** Another customer's. */
  readonly otherOrganizationId: string
  readonly otherProjectId: string
  /** A browser in which the person has logged in; nobody: where nobody has. */
  visit(person: Person | null, options?: VisitOptions): Promise<Visit>
  close(): Promise<void>
}

type Made = { id: string }

/** @param vars of the Worker, besides those of the identity provider */
export async function startPortal(vars: Readonly<Record<string, string>> = {}): Promise<PortalUnderTest> {
  const provider = await startIdentityProvider()
  const origin = await startOrigin()
  const gateway = await startGateway({
    portal: true,
    vars: {
      OIDC_ISSUER: provider.issuer,
      OIDC_CLIENT_ID: CLIENT.id,
      OIDC_CLIENT_SECRET: CLIENT.secret,
      ...vars,
    },
  })
  await provider.serve(gateway.url)
  for (const name of Object.keys({ ...OPERATORS, ...MEMBERS })) provider.verified.add(name)
  const tenants = await makeTenants(gateway)
  const browser = await startBrowser()
  const states = new Map<Person, Promise<State>>()
  return {
    gateway,
    origin,
    provider,
    ...tenants,
    async visit(person, options = {}) {
      const state = person === null ? undefined : await stateOf(person)
      return startVisit(browser, gateway.url, options, state)
    },
    async close() {
      await browser.close()
      await gateway.dispose()
      await Promise.all([provider.close(), origin.close()])
    },
  }

  function stateOf(person: Person): Promise<State> {
    const state = states.get(person) ?? logIn(gateway.url, person)
    states.set(person, state)
    return state
  }
}

async function makeTenants({ admin }: GatewayUnderTest) {
  const make = async (path: string, body: object) => (await admin<Made>('POST', path, body)).id
  const organizationId = await make('/organizations', { name: 'Acme' })
  const otherOrganizationId = await make('/organizations', { name: 'Globex' })
  const teamId = await make('/teams', { organization_id: organizationId, name: 'Search' })
  const projectId = await make('/projects', { organization_id: organizationId, name: 'Shop' })
  const teamProjectId = await make('/projects', {
    organization_id: organizationId,
    team_id: teamId,
    name: 'Search index',
  })
  const otherProjectId = await make('/projects', { organization_id: otherOrganizationId, name: 'Reactor' })
  for (const [name, role] of Object.entries(OPERATORS))
    await admin('POST', '/operators', { name: `Operator ${name}`, email: `${name}@example.com`, role })
  for (const [name, role] of Object.entries(MEMBERS))
    await admin('POST', '/members', {
      organization_id: organizationId,
      email: `${name}@example.com`,
      role,
      ...(role === 'team_lead' ? { team_id: teamId } : {}),
    })
  return { organizationId, otherOrganizationId, teamId, projectId, teamProjectId, otherProjectId }
}

const UNWANTED =
  /^--(?:disable-web-security|allow-running-insecure|single-process|use-gl|use-angle|enable-unsafe-swiftshader|ignore-gpu|in-process-gpu)/

/** Chromium of the package where it runs, else the Chrome that is installed. */
async function startBrowser(): Promise<Browser> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return chromium.launch({ channel: 'chrome' })
  return chromium.launch({
    executablePath: await chromiumPackage.executablePath(),
    // Drawn without OpenGL, which in software takes half of a machine. The rest weakens what is tested here, or the browser itself.
    args: ['--disable-gpu', ...chromiumPackage.args.filter((arg) => !UNWANTED.test(arg))],
  })
}

// In the words of a page: this file itself is checked without a browser's names.
const REPORT_VIOLATIONS = `document.addEventListener('securitypolicyviolation', (event) =>
  console.error('policy: ' + [event.violatedDirective, event.blockedURI, event.sample].join(' ')))`

type State = Awaited<ReturnType<BrowserContext['storageState']>>

/** By way of the provider and without its pages in a browser, which take seconds: those are for session.test.ts. */
async function logIn(url: string, person: Person): Promise<State> {
  const visitor = new Visitor()
  const callback = await visitor.follow(`${url}/_latchkey/login`, `${url}/_latchkey/callback`, person)
  await visitor.request(callback)
  const { origin, hostname } = new URL(url)
  const cookies = [...(visitor.cookies.get(origin) ?? [])].map(
    ([name, value]) =>
      ({
        name,
        value,
        domain: hostname,
        path: '/',
        expires: -1,
        httpOnly: true,
        secure: false,
        sameSite: 'Lax',
      }) as const,
  )
  return { cookies, origins: [] }
}

async function startVisit(
  browser: Browser,
  url: string,
  { width = 1280, height = 900, colorScheme = 'light', mayVisit }: VisitOptions,
  storageState: State | undefined,
): Promise<Visit> {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme,
    reducedMotion: 'reduce',
    // Chromium's own, where the environment names none, is no language tag.
    locale: 'en-GB',
    ...(storageState === undefined ? {} : { storageState }),
  })
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: url })
  const complaints: string[] = []
  await context.addInitScript({ content: REPORT_VIOLATIONS })
  const page = await context.newPage()
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`))
  page.on('console', (message) => {
    if (/^policy: |Content Security Policy/i.test(message.text())) complaints.push(message.text())
  })
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url())
    const isOthers =
      mayVisit !== undefined && [origin, new URL(request.frame().url()).origin].includes(mayVisit)
    if (origin !== url && !isOthers && !['data:', 'blob:'].includes(protocol))
      complaints.push(`asked ${request.url()}`)
  })
  return {
    page,
    async open(path) {
      await page.goto(`${url}/_latchkey/portal${path}`)
      await settled(page)
    },
    async show(width, colorScheme) {
      await page.setViewportSize({ width, height: 900 })
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await page.locator(`html[data-mode=${colorScheme}]`).waitFor({ state: 'attached' })
      // Two frames.
      await page.evaluate('new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))')
    },
    async axe() {
      return findBarriers(page)
    },
    async picture(name) {
      await settled(page)
      await mkdir('dist/screenshots', { recursive: true })
      await page.screenshot({ path: `dist/screenshots/${name}.png`, fullPage: false })
    },
    async close() {
      await context.close()
      if (complaints.length > 0)
        throw new Error(`The page did what it must not do:\n${complaints.join('\n')}`)
    },
  }
}

// Looked at with each frame: Playwright's own waiting looks every half second after the first.
const SETTLED = `new Promise((settled) => {
  const isLoading = ({ textContent }) => /^(?:Load|Looking)/.test(textContent ?? '')
  const isThere = () =>
    document.querySelector('h1') !== null &&
    document.querySelector('[aria-busy=true]') === null &&
    ![...document.querySelectorAll('[role=status]')].some(isLoading)
  const look = () => (isThere() ? settled() : requestAnimationFrame(look))
  look()
})`

/** Until there is a heading, and nothing on the page says that it loads, or that more of it comes. */
async function settled(page: Page): Promise<void> {
  try {
    await page.evaluate(SETTLED)
  } catch (error) {
    // It went on to another document.
    if (!String(error).includes('Execution context was destroyed')) throw error
    await settled(page)
  }
}

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
let axeSource: Promise<string> | null = null

async function findBarriers(page: Page): Promise<readonly string[]> {
  axeSource ??= readFile(AXE, 'utf8')
  // Through the debugger: the policy of the page forbids a script that was put into it.
  await page.evaluate(await axeSource)
  const { violations } = await page.evaluate(
    async () =>
      (await (globalThis as unknown as { axe: { run(): Promise<unknown> } }).axe.run()) as AxeResults,
  )
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help} at ${node.target.join(' ')}: ${node.failureSummary ?? ''}`),
  )
}
