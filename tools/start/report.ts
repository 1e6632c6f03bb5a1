// What people read when the gateway runs. Pure text.
import type { Running } from './bring-up.ts'
import type { StateFolder } from './state-folder.ts'

/** @param devVars path of the file that holds ADMIN_TOKEN */
export function renderReport(
  { local, keyIs, demoPath }: Running,
  folder: StateFolder,
  devVars: string,
): string {
  const rows: [label: string, text: string][] = [
    ['Gateway', `${local.gateway_url}`],
    [
      'Admin API',
      `${local.control_url}/_latchkey/v1 (Authorization: Bearer, with ADMIN_TOKEN of ${devVars})`,
    ],
  ]
  rows.push(['Portal', `${local.control_url}/_latchkey/portal/ (sign in with the same ADMIN_TOKEN)`])
  if (local.origin_url !== null) rows.push(['Origin', local.origin_url])
  if (local.key !== null)
    rows.push(['Key', keyIs === 'new' ? `${local.key} (shown this once)` : `in ${folder.local}`])
  rows.push(['State', folder.dir], ['Log', folder.log])
  const table = rows.map(([label, text]) => `  ${label.padEnd(11)}${text}`)
  const attempt =
    demoPath === null
      ? []
      : ['', 'Try it:', `  ${renderCurl(`${local.gateway_url}${demoPath}`, credential())}`]
  return ['Latchkey runs.', '', ...table, ...attempt, '', 'Ctrl-C stops it.', ''].join('\n')

  function credential(): string {
    return keyIs === 'new' ? (local.key ?? '') : readKeyFrom(folder.local)
  }
}

function renderCurl(url: string, credential: string): string {
  return `curl -H "Authorization: Bearer ${credential}" ${url}`
}

// node is there, jq may not be. The path is an argument of its own: inside the code it would need a second quoting.
function readKeyFrom(path: string): string {
  return `$(node -p 'require(process.argv[1]).key' ${quote(path)})`
}

/** For a POSIX shell. */
export function quote(text: string): string {
  return /^[\w/.:@%+,=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
