export { writeApp } from './scaffold.ts'
