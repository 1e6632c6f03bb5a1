// The runner of the pages' commands can fail: each thing that a reader would stumble over is a sentence.
import { createServer, type Server } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { complaints, unfitForZsh } from '../support/page-run.ts'
import { blocksOf, unmarkedCommands } from '../support/pages.ts'
import { commandsOf, runCommands } from '../support/terminal.ts'

let server: Server
let url: string

beforeAll(async () => {
  server = createServer((request, response) => {
    response.statusCode = request.url === '/refused' ? 403 : 200
    response.end(
      '{"id": "key_01jd8m0c9q3k1y6v0n2x4p5r7t", "at": "2026-11-22T10:00:01.012Z", "scopes": ["a"]}\n',
    )
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(async () => {
  server.close()
  await once(server, 'close')
})

const fence = (language: string, text: string) => `\`\`\`${language}\n${text}\n\`\`\`\n`
const json = (value: unknown) => fence('json', JSON.stringify(value))

/** What is wrong with the first block of a page. */
async function complaintsAbout(page: string): Promise<readonly string[]> {
  const [block] = blocksOf(page.replaceAll('HOST', url))
  if (block === undefined) throw new Error('the page has no block')
  return complaints(block, await runCommands(commandsOf(block.text), '.'))
}

describe('a block', () => {
  const ask = fence('sh', 'ID=$(curl -s HOST/)\necho "$ID"')

  test.each([
    ['shows nothing', ask],
    ['shows another id and another time', `${ask}\n${json({ id: 'key_...', at: '2020-01-01T00:00:00Z' })}`],
    [
      'shows a refusal',
      fence('sh', 'curl -s -i HOST/refused') + fence('http', 'HTTP/1.1 403 Forbidden\n...'),
    ],
    ['has output after a word', `${ask}\nSomething else:\n\n${json({ id: null })}`],
  ])('that %s is fine', async (_, page) => {
    expect(await complaintsAbout(page)).toEqual([])
  })

  test.each([
    ['names what nobody has set', fence('sh', 'echo $NOBODY'), 'NOBODY: unbound variable'],
    ['fails', fence('sh', 'false\ntrue'), 'ended with 1: false'],
    ['is refused', fence('sh', 'X=$(curl -s HOST/refused)'), '403, where no failure is shown'],
    [
      'shows a refusal that is none',
      `${fence('sh', 'curl -s HOST/')}${fence('http', 'HTTP/1.1 403 X')}`,
      'no failure, where 403',
    ],
    ['shows another kind of id', ask + json({ id: 'org_01jd8m0c9q3k1y6v0n2x4p5r7t' }), '$.id is "key_'],
    ['shows a member that is not there', ask + json({ name: 'x' }), '$.name is undefined'],
    ['leaves out an item', ask + json({ scopes: [] }), '$.scopes is ["a"]'],
    [
      'shows lines in another order',
      fence('sh', 'printf "a\\nb\\n"') + fence('text', 'b\na'),
      'not in this order: a',
    ],
    ['shows no JSON', ask + fence('json', '{ "id": ... }'), 'what is shown is no JSON'],
  ])('that %s is not', async (_, page, sentence) => {
    expect((await complaintsAbout(page)).join('\n')).toContain(sentence)
  })
})

test('a command is whole with its loop, its quotes and the lines behind a backslash', () => {
  const commands = ['for i in 1 2; do\n  echo $i\ndone', "echo \\\n  'a\nb'", 'x() { echo; }']
  expect(commandsOf(commands.join('\n'))).toEqual(commands)
})

test('variables and functions stay from one command to the next, and each has its own output', async () => {
  const ran = await runCommands(['twice() { echo "$1$1"; }', 'X=$(twice a)', 'twice $X', 'echo b'], '.')
  expect(ran.map(({ stdout }) => stdout)).toEqual(['', '', 'aaaa\n', 'b\n'])
})

test('what a paste at the prompt of zsh would stumble over is named', () => {
  const found = (text: string) => blocksOf(fence('sh', text)).flatMap(unfitForZsh)
  expect(found('npm start # now')).toHaveLength(1)
  expect(found('curl http://x/?a=1')).toHaveLength(1)
  expect(found('curl "http://x/?a=1#b" -d \'{"a": ["*"]}\'')).toEqual([])
})

test('commands outside of a block marked sh are found', () => {
  expect(unmarkedCommands(fence('', 'curl x') + fence('bash', '$ ls') + fence('sh', 'curl x'))).toHaveLength(
    2,
  )
  expect(unmarkedCommands(fence('', 'client -> gateway') + fence('text', 'lk_live_...'))).toEqual([])
})
