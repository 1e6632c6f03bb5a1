// What is said of a variable that cannot be used. Loaded where one is: a gateway that is configured well never says it.
import { RELAY_REGIONS } from './model/feed-vocabulary.ts'

/** What a variable breaks: the rule, its name, and the bounds of a number. A text is a sentence already. */
export type ConfigProblem =
  | string
  | readonly [rule: 'absent' | 'short' | 'token' | 'regions' | 'host', name: string, min?: number]
  | readonly [rule: 'number' | 'count', name: string, min: number, max: number]

/** One sentence, which names the variable and what it takes, and repeats no value. */
export function sentenceOf(problem: ConfigProblem): string {
  if (typeof problem === 'string') return problem
  const [rule, name, min, max] = problem
  switch (rule) {
    case 'absent':
      return `${name} is not set: run \`wrangler secret put ${name}\`.`
    case 'short':
      return `${name} is shorter than ${min} characters.`
    case 'token':
      return `${name} may hold letters, digits and - . _ ~ + / only.`
    case 'number':
      return `${name} takes a number from ${min} to ${max}.`
    case 'count':
      return `${name} takes a whole number from ${min} to ${max}.`
    case 'regions':
      return `${name} takes location hints, separated by commas: ${RELAY_REGIONS.join(', ')}.`
    case 'host':
      return `${name} takes a host name, such as admin.example.com.`
    default:
      return rule satisfies never
  }
}
