// Which methods a request can have: the platform knows no others, and would refuse them before the gateway.

export function isMethod(value: string): boolean {
  try {
    return new Request('https://gateway.invalid/', { method: value }).method === value
  } catch {
    return false
  }
}
