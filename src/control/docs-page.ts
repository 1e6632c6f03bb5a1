// The reference that people read: /_latchkey/docs, made from the OpenAPI document. Pure text; it loads its stylesheets from this host,
// runs nothing, and asks nobody else.
import { html } from 'hono/html'
import { operationsOf, type Described } from './api-document.ts'
import { operationDetails } from './docs-operation.ts'
import { fieldsOf, prose } from './docs-schema.ts'
import { DOCS_STYLESHEET_PATH } from './docs-stylesheet.ts'
import { ERRORS_PATH, STYLESHEET_PATH } from './errors-page.ts'
import type { ApiDocument } from './examples.ts'

export const DOCS_PATH = '/_latchkey/docs'
export const OPENAPI_PATH = '/_latchkey/openapi.json'

type Html = ReturnType<typeof html>

export function docsPage(document: ApiDocument): Html {
  const schemas = document.components?.schemas ?? {}
  const byTag = Map.groupBy(operationsOf(document), ({ operation }) => operation.tags?.[0] ?? '')
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>API reference - Latchkey</title>
        <link rel="stylesheet" href="${STYLESHEET_PATH}" />
        <link rel="stylesheet" href="${DOCS_STYLESHEET_PATH}" />
      </head>
      <body>
        <a class="skip" href="#endpoints">Skip to the endpoints</a>
        <main>
          <h1>API reference</h1>
          <p>
            ${prose(document.info.description ?? '')} For machines: <a href="${OPENAPI_PATH}">OpenAPI 3.1</a>.
            What each refusal means: <a href="${ERRORS_PATH}">errors</a>.
          </p>
          <p>
            In the examples, <code>GATEWAY</code> is where your deployment answers, <code>ADMIN</code> is
            <code>Authorization: Bearer &lt;credential&gt;</code>, <code>KEY</code> an API key, and
            <code>ID</code> the id of what you mean.
          </p>
          <nav aria-label="Resources">
            <ul>
              ${[...byTag.keys()].map((tag) => html`<li><a href="#${anchorOf(tag)}">${tag}</a></li>`)}
              <li><a href="#schemas">Schemas</a></li>
            </ul>
          </nav>
          <div id="endpoints" tabindex="-1">
            ${[...byTag].map(([tag, operations]) => section(tag, operations, schemas))}
          </div>
          <section id="schemas">
            <h2><a href="#schemas">Schemas</a></h2>
            ${Object.entries(schemas).map(
              ([name, schema]) =>
                html`<details>
                  <summary><code>${name}</code></summary>
                  <div id="schema-${name}">
                    ${schema.description === undefined ? '' : html`<p>${prose(schema.description)}</p>`}
                    ${fieldsOf(schema, schemas)}
                  </div>
                </details> `,
            )}
          </section>
        </main>
      </body>
    </html> `
}

function section(
  tag: string,
  operations: readonly Described[],
  schemas: Parameters<typeof operationDetails>[1],
): Html {
  return html`<section id="${anchorOf(tag)}">
    <h2><a href="#${anchorOf(tag)}">${tag}</a></h2>
    ${operations.map((described) => operationDetails(described, schemas))}
  </section> `
}

function anchorOf(tag: string): string {
  return tag.toLowerCase().replaceAll(' ', '-')
}
