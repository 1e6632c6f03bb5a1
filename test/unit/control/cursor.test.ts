// A cursor is worth something in the list that gave it, to the reach that it was given to, and nowhere else.
import { describe, expect, it } from 'vitest'
import { pageBody, readPage, type ListIdentity } from '../../../src/control/cursor.ts'

const SECRET = 'test-secret-0123456789abcdefghijklmnopqrstuv'
const REACH = { organizationId: 'org_1' }
const LIST: ListIdentity = ['keys', REACH, undefined, 'prj_1']

async function cursorOf(list: ListIdentity, next = 'key_1', secret = SECRET): Promise<string> {
  const { next_cursor } = await pageBody(secret, list, { items: [], next }, (row) => row)
  return next_cursor ?? ''
}

const isTaken = async (list: ListIdentity, cursor: string) => (await readPage(SECRET, list, { cursor })).ok

describe('a cursor', () => {
  it('goes on where its page ended', async () => {
    const page = await readPage(SECRET, LIST, { cursor: await cursorOf(LIST, 'key_7'), limit: 3 })
    expect(page).toEqual({ ok: true, value: { after: 'key_7', limit: 3 } })
  })

  it.each([
    ['another organization', ['keys', { organizationId: 'org_2' }, undefined, 'prj_1']],
    ['the whole platform', ['keys', 'platform', undefined, 'prj_1']],
    ['another list', ['projects', REACH, undefined, 'prj_1']],
    ['another filter', ['keys', REACH, undefined, 'prj_2']],
    ['no filter', ['keys', REACH, undefined, undefined]],
    ['the same value of another filter', ['keys', REACH, 'prj_1', undefined]],
  ])('is refused for %s', async (_, list) => {
    const cursor = await cursorOf(LIST)
    expect([await isTaken(LIST, cursor), await isTaken(list, cursor)]).toEqual([true, false])
  })

  it('is refused when its place was changed, and when another deployment made it', async () => {
    const [, mac] = (await cursorOf(LIST)).split('.')
    expect(await isTaken(LIST, `${Buffer.from('key_2').toString('base64url')}.${mac}`)).toBe(false)
    expect(await isTaken(LIST, await cursorOf(LIST, 'key_1', `${SECRET}x`))).toBe(false)
  })
})
