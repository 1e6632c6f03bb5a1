// Text that people could give things to break the page that shows it: made of small parts, so that every way out of a context meets
// every thing to do outside. All of it is what the API takes as a name: printable, and at most 128 UTF-16 units.

/** What an element that came of a string would carry. */
export const MARK = 'data-hostile'

/** What a string that runs would leave behind in the page's `globalThis`. */
export const TRACE = 'hostileRan'

const MAX_UNITS = 128
const RUN = `${TRACE}=1`

/** Ways out of where text may have been put: an element, an attribute, a script, a comment, a style, a text area, a title. */
const BREAKOUTS = [
  '',
  '">',
  "'>",
  '`>',
  '-->',
  ']]>',
  '</p>',
  '</td></table>',
  '</title>',
  '</textarea>',
  '</script>',
  '</style>',
  '</option></select>',
  '</svg>',
  '" autofocus ',
  "';",
  '\\";',
  '\\u0022>',
  '&quot;&gt;',
  '%22%3E',
]

/** What would show that one of them was taken for more than text. */
const PAYLOADS = [
  `<script ${MARK}>${RUN}</script>`,
  `<ScRiPt ${MARK}>alert(1)</sCrIpT>`,
  `<img ${MARK} src=x onerror=${RUN}>`,
  `<svg ${MARK} onload=${RUN}>`,
  `<iframe ${MARK} srcdoc="<script>parent.${RUN}</script>">`,
  `<a ${MARK} href="javascript:${RUN}">x</a>`,
  `<style ${MARK}>*{display:none}</style>`,
  `<base ${MARK} href=//evil.example>`,
  `<meta ${MARK} http-equiv=refresh content=0>`,
  `<form ${MARK} action=//evil.example><button>`,
  `<input ${MARK} onfocus=${RUN} autofocus>`,
  `<details ${MARK} open ontoggle=${RUN}>`,
  `<math ${MARK}><mi xlink:href="data:x,1">`,
  `<!-- ${MARK}`,
  `<x ${MARK} onmouseover=confirm(1) style=position:fixed;inset:0>`,
  `onmouseover=alert(1) ${MARK}=1`,
  `alert(1)//`,
  `javascript:${RUN}`,
  `{{constructor.constructor("${RUN}")()}}`,
  `\${${RUN}}`,
]

const SQL = [
  "' OR '1'='1",
  "'; DROP TABLE api_keys; --",
  '" UNION SELECT hash FROM api_keys --',
  '%',
  '_%',
  "\\'",
]
const TEMPLATES = [
  '{{7*7}}',
  '${7*7}',
  '<%= 7*7 %>',
  '#{7*7}',
  '{%if 1%}',
  '[[7*7]]',
  '%s%n%x',
  '$(id)',
  '`id`',
  '@{7*7}',
]
const LINKS = [
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'data:text/html,<b>',
  'vbscript:msgbox(1)',
  '//evil.example/',
  'https://evil.example/',
  '[x](javascript:alert(1))',
  '../../settings',
  '/_latchkey/v1/keys',
  '?state=revoked#x',
  'file:///etc/passwd',
  '..%2f..%2f',
]
const WORDS = [
  'null',
  'undefined',
  'NaN',
  'true',
  '0',
  '-1',
  '1e999',
  '[object Object]',
  '__proto__',
  'constructor',
  '()',
  '.',
  '..',
  '=1+1',
  '+1',
  '@x',
  'CON',
  '%00',
  '%',
  '&amp;',
  '&lt;b&gt;',
  '\\n',
  '\\',
  '/',
  '"',
  "'",
]
const SCRIPTS = [
  'مفتاح الدفع',
  'מפתח ראשי',
  '结账服务',
  'ключ',
  'กุญแจ',
  'Ångström',
  'ﬁ ligature',
  'ß İ ı',
  '𝕂𝕖𝕪',
  'Кеу',
]
const EMOJI = ['🔑', '👩‍👩‍👧‍👦', '🇨🇭', '👍🏽', '🏳️‍🌈', '❤️', '🫠🫠🫠', '1️⃣']

/** Marks of direction and characters without width, by their numbers, so that this file itself reads as it is. */
const INVISIBLE = [
  0x00_ad, 0x06_1c, 0x18_0e, 0x20_0b, 0x20_0c, 0x20_0d, 0x20_0e, 0x20_0f, 0x20_2a, 0x20_2b, 0x20_2d, 0x20_2e,
  0x20_60, 0x20_66, 0x20_67, 0x20_68, 0xfe_ff, 0xff_f9,
]
const SPACES = [0x00_a0, 0x16_80, 0x20_00, 0x20_02, 0x20_03, 0x20_09, 0x20_0a, 0x20_2f, 0x20_5f, 0x30_00]
const COMBINING = [0x03_00, 0x03_08, 0x03_21, 0x03_38, 0x03_5c, 0x04_89, 0x20_dd]

/** About 500, each once, in the same order every time. */
export const NAUGHTY_STRINGS: readonly string[] = [...new Set(all().map(cut))].filter(
  (text) => text.trim() !== '',
)

/** What JSON takes and names do not: control characters, and the separators of lines. */
export const CONTROL_STRINGS: readonly string[] = [0, 7, 8, 9, 10, 13, 27, 127, 133, 0x20_28, 0x20_29].map(
  (code) => `a${String.fromCodePoint(code)}${PAYLOADS[2]}`,
)

function all(): string[] {
  return [
    ...BREAKOUTS.flatMap((breakout) => PAYLOADS.map((payload) => `${breakout}${payload}`)),
    ...[SQL, TEMPLATES, LINKS, WORDS, SCRIPTS, EMOJI].flat(),
    ...INVISIBLE.flatMap((code) => around(String.fromCodePoint(code))),
    ...SPACES.map((code) => `two${String.fromCodePoint(code)}words`),
    ...COMBINING.map((code) =>
      'zalgo'
        .split('')
        .map((letter) => letter + String.fromCodePoint(code).repeat(15))
        .join(''),
    ),
    ...['W', 'ﷺ', '漢', '🔑', '-', '_', 'ا'].map((letter) => letter.repeat(MAX_UNITS)),
  ]
}

function around(character: string): readonly string[] {
  return [`gpj${character}exe.key`, `${character}<b ${MARK}>${character}`]
}

/** Without cutting a character of two units in half. */
function cut(text: string): string {
  const short = text.slice(0, MAX_UNITS)
  return short.isWellFormed() ? short : short.slice(0, -1)
}
