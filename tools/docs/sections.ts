// The sections of docs/ that are made, not written: between `<!-- begin NAME -->` and `<!-- end NAME -->`.
// NAME is one of the generators below, or the path of an example, which is quoted whole.
import { glob, readFile } from 'node:fs/promises'
import { format, resolveConfig } from 'prettier'
import { errorSections } from './errors.ts'
import { memberRoles, platformRoles } from './roles.ts'
import { tableSections } from './tables.ts'

const GENERATORS: Readonly<Record<string, () => string>> = {
  errors: errorSections,
  'member-roles': memberRoles,
  'platform-roles': platformRoles,
  tables: tableSections,
}

const SECTION = /<!-- begin (\S+) -->[\s\S]*?<!-- end \1 -->/g

/** Every page that has such a section, as it should read now. */
export async function fillAll(): Promise<ReadonlyMap<string, string>> {
  const pages = new Map<string, string>()
  for await (const path of glob('docs/**/*.md')) {
    const text = await readFile(path, 'utf8')
    if (text.includes('<!-- begin ')) pages.set(path.replaceAll('\\', '/'), await fill(text))
  }
  return pages
}

/** @throws when a section names no generator, or is never ended */
export async function fill(text: string): Promise<string> {
  const begun = text.match(/<!-- begin /g)?.length ?? 0
  const names = [...text.matchAll(SECTION)].map(([, name = '']) => name)
  if (begun !== names.length) throw new Error('a generated section is never ended')
  const bodies = new Map<string, string>()
  for (const name of names) bodies.set(name, await bodyOf(name))
  const filled = text.replaceAll(
    SECTION,
    (_whole, name: string) => `<!-- begin ${name} -->\n\n${bodies.get(name)}\n\n<!-- end ${name} -->`,
  )
  return format(filled, { ...(await resolveConfig('docs/page.md')), parser: 'markdown' })
}

async function bodyOf(name: string): Promise<string> {
  if (name.startsWith('examples/')) return `\`\`\`ts\n${(await readFile(name, 'utf8')).trim()}\n\`\`\``
  const generator = GENERATORS[name]
  if (generator === undefined) throw new Error(`no generator is called ${name}`)
  return generator()
}
