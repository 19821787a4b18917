// Validates JSON texts with ajv (draft 2020-12, ajv-formats), for tests of structured output.
// node validate.mjs FILE: each line of FILE is {"schema": ..., "texts": [...]}. Prints a line of JSON for each text that does not satisfy its schema.
import { readFileSync } from "node:fs";
import Ajv from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

// ajv divides doubles: without a precision not even 0.07 is a multiple of 0.01.
const options = { strict: false, multipleOfPrecision: 6, validateSchema: true };
let checked = 0;
for (const line of readFileSync(process.argv[2], "utf8").split("\n")) {
  if (!line) continue;
  const { schema, texts } = JSON.parse(line);
  const ajv = addFormats.default ? addFormats.default(new Ajv(options)) : addFormats(new Ajv(options));
  const validate = ajv.compile(schema);
  for (const text of texts) {
    checked++;
    let errors;
    try {
      if (validate(JSON.parse(text))) continue;
      errors = validate.errors;
    } catch (error) {
      errors = String(error);
    }
    console.log(JSON.stringify({ schema, text, errors }));
  }
}
console.log(JSON.stringify({ checked }));
