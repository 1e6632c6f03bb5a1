// What came of hostile strings on a page besides text.
import type { Page } from 'playwright-core'
import { MARK, TRACE } from './naughty-strings.ts'

/** On a page that is 360 px wide: elements, handlers and addresses that were made of a string, and what ran. */
export async function brokenOutOf(page: Page): Promise<readonly string[]> {
  return page.evaluate<readonly string[]>(`[
    ...[...document.querySelectorAll('[${MARK}], iframe, object, embed, base, script:not([src]), style, math')],
    ...[...document.querySelectorAll('*')].filter((element) =>
      [...element.attributes].some(({ name, value }) =>
        name.startsWith('on') || (['href', 'src', 'action'].includes(name) && /^\\s*(?:javascript|vbscript):/i.test(value)))),
  ].map(({ outerHTML }) => outerHTML.slice(0, 200)).concat(
    globalThis.${TRACE} === undefined ? [] : ['a string ran'],
    document.documentElement.scrollWidth > 360 ? ['the page is ' + document.documentElement.scrollWidth + ' px wide'] : [],
  )`)
}
