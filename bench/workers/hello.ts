// The least that a Worker can answer by itself: what refusing a forged key is compared with.
export default {
  fetch: () => new Response('hello'),
} satisfies ExportedHandler
