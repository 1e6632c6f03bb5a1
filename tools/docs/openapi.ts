// docs/openapi.json: the OpenAPI document as a deployment serves it, so that a change of the API is seen in review.
import { controlDocument } from '../../src/control/app.ts'

export const OPENAPI_PATH = 'docs/openapi.json'

export function openApiText(): string {
  return `${JSON.stringify(controlDocument(), null, 1)}\n`
}
