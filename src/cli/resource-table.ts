// The resources of the API, and the options with which the command line names their fields. Fields that have no option are given with
// --data: the API says which there are.
import { KEYS } from './resources/keys.ts'
import { PEOPLE } from './resources/people.ts'
import type { ResourceCommands } from './resources/resource.ts'
import { ROUTING } from './resources/routing.ts'
import { TENANTS } from './resources/tenants.ts'

export const RESOURCES: readonly ResourceCommands[] = [...TENANTS, ...KEYS, ...ROUTING, ...PEOPLE]
