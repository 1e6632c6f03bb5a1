// The script of the page of a one-time link, in a page that has what it asks for.
import { runInNewContext } from 'node:vm'
import { beforeEach, describe, expect, it } from 'vitest'
import { LINK_SCRIPT } from '../../../src/control/link-page.ts'

const KIM = { name: 'Kim', email: 'kim@example.com', role: 'team_lead' }
const SEEN = { member: KIM, organization: { name: '<b>Acme</b>' }, replaces: null }

let page: Page

beforeEach(() => {
  page = new Page()
})

describe('the page of a link', () => {
  it('says whose session it begins, and redeems nothing before its button is pressed', async () => {
    page.answers.push([200, SEEN], [200, { return_to: '/_latchkey/portal/' }])
    await page.load()
    expect(page.textOf('whose')).toContain('as Kim (kim@example.com), team lead of <b>Acme</b>.')
    expect([page.textOf('replaces'), page.isPressable, page.asked]).toEqual(['', true, ['preview']])
    await page.press()
    expect([page.asked, page.wentTo]).toEqual([['preview', 'redeem'], '/_latchkey/portal/'])
  })

  it('warns whose session ends', async () => {
    page.answers.push([200, { ...SEEN, replaces: { name: null, email: 'ann@example.com' } }])
    await page.load()
    expect(page.textOf('replaces')).toBe('This browser is logged in as ann@example.com. That session ends.')
  })

  it('of a link that is over has nothing to press', async () => {
    page.answers.push([403, { code: 'link_unusable' }])
    await page.load()
    expect([page.textOf('status'), page.isPressable]).toEqual([
      expect.stringContaining('used or has expired'),
      false,
    ])
  })

  it('asks again whose session it is after an outage, and redeems nothing unseen', async () => {
    page.answers.push([503, {}], [200, SEEN])
    await page.load()
    expect([page.textOf('status'), page.isPressable]).toEqual([
      expect.stringContaining('does not answer'),
      true,
    ])
    await page.press()
    expect([page.asked, page.textOf('status'), page.wentTo]).toEqual([['preview', 'preview'], '', null])
  })
})

class Element {
  textContent = ''
  disabled = true
  press: () => Promise<void> = async () => undefined
  addEventListener(_: string, press: () => Promise<void>): void {
    this.press = press
  }
}

class Page {
  readonly answers: [status: number, body: object][] = []
  readonly asked: string[] = []
  wentTo: string | null = null
  readonly #elements = new Map<string, Element>()

  async load(): Promise<void> {
    runInNewContext(LINK_SCRIPT, {
      document: { getElementById: (id: string) => this.#element(id) },
      history: { replaceState: () => undefined },
      location: { hash: '#token', pathname: '/', replace: (to: string) => (this.wentTo = to) },
      fetch: async (path: string) => {
        this.asked.push(path.slice(path.lastIndexOf('/') + 1))
        const [status, body] = this.answers.shift() ?? [500, {}]
        return Response.json(body, { status })
      },
    })
    await settled()
  }

  async press(): Promise<void> {
    await this.#element('continue').press()
  }

  textOf(id: string): string {
    return this.#element(id).textContent
  }

  get isPressable(): boolean {
    return !this.#element('continue').disabled
  }

  #element(id: string): Element {
    const element = this.#elements.get(id) ?? new Element()
    this.#elements.set(id, element)
    return element
  }
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 5))
