// SPDX-License-Identifier: Apache-2.0
/**
 * For tests/console/test_rules.py: reads a JSON list of changes to the filled form, prints for each what the console finds
 * wrong (or null) and the parameters it would send.
 */
import { readFileSync } from "node:fs";
import { checkField, createParameters, startValues } from "../src/forms/connection";
import { CONNECTION_FIELDS, type FormValues } from "../src/forms/fields";

const cases = JSON.parse(readFileSync(0, "utf8")) as FormValues[];
const verdicts = cases.map((change) => {
  const values = { ...startValues(), ...change };
  const wrong = CONNECTION_FIELDS.map((item) => checkField(item, values)).find((one) => one !== null);
  return { wrong: wrong?.key ?? null, parameters: createParameters(values, []) };
});
console.log(JSON.stringify(verdicts));
