import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SpareDescriptors } from '../../../src/executors/shell/spare-descriptors.js';

const count = () => readdirSync('/proc/self/fd').length;

let spare: SpareDescriptors;
let before: number;
let skips: boolean;
beforeEach(({ skip }) => {
  skips = process.platform !== 'linux';
  if (skips) skip('counts descriptors in /proc');
  [spare, before] = [new SpareDescriptors(), count()];
});
afterEach(() => {
  if (!skips) expect(count()).toBe(before);
});

it('reserves a descriptor for each claimed pipe and none otherwise', () => {
  spare.claim(2);
  spare.claim(1);
  expect(count()).toBe(before + 3);
  spare.unclaim(1);
  spare.unclaim(2);
});

it('does not open a descriptor for a claim that follows another one within a burst', () => {
  spare.claim(2);
  spare.claim(2);
  spare.unclaim(2);
  const held = count();
  spare.claim(2);
  expect(count()).toBe(held);
  spare.unclaim(4);
});
