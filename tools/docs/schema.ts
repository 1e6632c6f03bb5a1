// Every table of the schema, by its name in the code: for what looks at all of them.
import * as tenants from '../../src/model/schema/tenants.ts'
import * as addresses from '../../src/model/schema/addresses.ts'
import * as apiKeys from '../../src/model/schema/api-keys.ts'
import * as foreignHashes from '../../src/model/schema/foreign-hashes.ts'
import * as plans from '../../src/model/schema/plans.ts'
import * as routing from '../../src/model/schema/routing.ts'
import * as records from '../../src/model/schema/records.ts'
import * as sessions from '../../src/model/schema/sessions.ts'
import * as usage from '../../src/model/schema/usage.ts'
import * as refusals from '../../src/model/schema/refusals.ts'

export const schema = {
  ...tenants,
  ...apiKeys,
  ...foreignHashes,
  ...plans,
  ...routing,
  ...records,
  ...sessions,
  ...usage,
  ...refusals,
  ...addresses,
}
