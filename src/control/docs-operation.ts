// The reference's account of an operation: what it needs, what it takes, how it is called, what it answers. Pure.
import { html } from 'hono/html'
import { PROBLEMS } from '../control-problems.ts'
import type { Described } from './api-document.ts'
import { describedBy, fieldsOf, prose, typeOf } from './docs-schema.ts'
import { ERRORS_PATH } from './errors-page.ts'
import type { Schemas } from './examples.ts'

type Html = ReturnType<typeof html>
type Operation = Described['operation']
type Body = Extract<NonNullable<Operation['requestBody']>, { content: unknown }>
type Parameter = Extract<NonNullable<Operation['parameters']>[number], { name: string }>

const JSON_TYPE = 'application/json'

// The name stands inside, so that a link to it opens what is closed (HTML standard, ancestor details revealing).
export function operationDetails({ method, path, operation }: Described, schemas: Schemas): Html {
  const { operationId = '', summary = '', description = '' } = operation
  const body = bodyOf(operation)
  return html`<details>
    <summary>
      <code class="${method}">${method.toUpperCase()}</code> <code>${path}</code>
      <span>${prose(summary)}</span>
    </summary>
    <div id="${operationId}">
      ${description.split('\n\n').map((paragraph) => html`<p>${prose(paragraph)}</p>`)}
      <h3>Call</h3>
      <pre><code>${curlOf({ method, path, operation })}</code></pre>
      ${parametersOf(operation)}
      ${
        body === null
          ? ''
          : html`<h3>Body</h3>
              ${fieldsOf(body.schema, schemas)}`
      }
      <h3>Answers</h3>
      ${answersOf(operation)}
    </div>
  </details> `
}

function bodyOf({ requestBody }: Operation) {
  if (requestBody === undefined || !('content' in requestBody)) return null
  const media = requestBody.content[JSON_TYPE]
  if (media?.schema === undefined) return null
  const example: unknown = media.example
  return { schema: media.schema, example }
}

function parametersOf({ parameters = [] }: Operation): Html | '' {
  const own = parameters.filter((given): given is Parameter => 'name' in given)
  return own.length === 0
    ? ''
    : html`<h3>Parameters</h3>
        <dl>${own.map(parameterOf)}</dl>`
}

function parameterOf({ name, in: where, required, schema = {}, description }: Parameter): Html {
  const type = 'properties' in schema ? '' : typeOf(schema)
  const said = description === undefined ? describedBy(schema) : html`<dd>${prose(description)}</dd>`
  return html`<dt>
      <code>${name}</code> <span>${where}, ${type}${required === true ? ', required' : ''}</span>
    </dt>
    ${said}`
}

function answersOf({ responses = {} }: Operation): Html {
  return html`<dl>
    ${Object.entries<Partial<Body>>(responses).map(([status, { description = '', content = {} }]) => {
      const media = content[JSON_TYPE]
      return html`<dt><code>${status}</code></dt>
        <dd>
          ${media === undefined ? problemsOf(description) : html`${prose(description)}: ${typeOf(media.schema ?? {})}`}
          ${media?.example === undefined ? '' : html`<pre><code>${JSON.stringify(media.example, null, 2)}</code></pre>`}
        </dd>`
    })}
  </dl>`
}

// A refusal's description names its codes (operation.ts); each has its own place on the page of errors.
function problemsOf(description: string): Html {
  const parts = description.split('`').map((part, i) => {
    if (i % 2 === 0) return html`${part}`
    return Object.hasOwn(PROBLEMS, part)
      ? html`<a href="${ERRORS_PATH}#${part}"><code>${part}</code></a>`
      : html`<code>${part}</code>`
  })
  return html`${parts}`
}

/** In the words of docs/: `GATEWAY` is where the deployment answers, `ADMIN` the header with the credential, `KEY` an API key. */
export function curlOf({ method, path, operation }: Described): string {
  const example = bodyOf(operation)?.example
  const parts = [
    'curl -s',
    ...(method === 'get' || (method === 'post' && example !== undefined)
      ? []
      : [`-X ${method.toUpperCase()}`]),
    ...credentialOf(operation),
    `"$GATEWAY${path.replace('{id}', '$ID')}"`,
    ...(example === undefined
      ? []
      : [
          "-H 'Content-Type: application/json'",
          `-d '${JSON.stringify(example).replaceAll("'", String.raw`'\''`)}'`,
        ]),
  ]
  return parts.join(' ')
}

// What a key may ask about itself is of no use to an operator's credential.
function credentialOf({ security = [] }: Operation): readonly string[] {
  if (security.length === 0) return []
  return security.every((scheme) => 'key' in scheme) ? ['-H "Authorization: Bearer $KEY"'] : ['-H "$ADMIN"']
}
