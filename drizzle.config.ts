import { defineConfig } from 'drizzle-kit'

export default defineConfig({
  dialect: 'sqlite',
  schema: './src/model/schema/*.ts',
  out: './migrations',
  driver: 'd1-http',
})
