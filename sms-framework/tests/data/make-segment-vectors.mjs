// Makes segment-vectors.json with Twilio's own calculator, smart encoding off:
//   npm install sms-segments-calculator@1.3.0 && node make-segment-vectors.mjs > segment-vectors.json
// Left out on purpose, because the calculator is behind or wrong there:
// - clusters newer than its Unicode 10 tables (🫶🏽, 🧑‍🦰, क्ष), which it cuts in two;
// - clusters of more than 67 units: it puts them whole into one segment, after an empty one.
import { SegmentedMessage } from 'sms-segments-calculator';

const basic = [...'@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡'
  + 'ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà'];
const extension = [...'\f^{}\\[~]|€'];
const foreign = [...'`çÁêşğяЖ中日한ع\t\u0000\u007f\u00a0’“–…•™\u200b\ufeff\u2028'];
const clusters = ['👍', '😀', '𝒳', '❤️', '1️⃣', '👍🏽', '👩🏽‍💻', '👨‍👩‍👧‍👦', '👩‍❤️‍💋‍👨', '🏳️‍🌈', '🇩🇪', '🇺🇸',
  '🏴󠁧󠁢󠁥󠁮󠁧󠁿', 'e\u0301', 'n\u0303', 'a\u0308\u0323', 'நி', 'ก็', '각', '\r\n'];

const texts = new Map();
const add = (name, text) => texts.set(name, text);
const escape = (text) => JSON.stringify(text).slice(1, -1);

add('empty', '');
for (const c of [...basic, ...extension, ...foreign, ...clusters]) add(`alone: ${escape(c)}`, c);
add('whole basic table', basic.join(''));
add('whole extension table', extension.join(''));
for (const n of [1, 152, 153, 154, 159, 160, 161, 305, 306, 307, 459, 460, 1530, 1600]) {
  add(`basic x ${n}`, 'a'.repeat(n));
}
for (const n of [76, 77, 79, 80, 81, 152, 153, 154, 800]) add(`extension x ${n}`, '€'.repeat(n));
for (const n of [66, 67, 68, 69, 70, 71, 133, 134, 135, 201, 202, 1600]) add(`cyrillic x ${n}`, 'я'.repeat(n));
for (const before of [151, 152, 153, 158, 159, 160, 305, 306]) {
  for (const after of [0, 1, 10]) {
    add(`${before} basic, euro, ${after}`, 'x'.repeat(before) + '€' + 'y'.repeat(after));
  }
}
for (const cluster of clusters) {
  for (const before of [56, 60, 63, 64, 65, 66, 67, 68, 69]) {
    add(`${before} cyrillic, ${escape(cluster)}, ${before}`, 'я'.repeat(before) + cluster + 'я'.repeat(before));
  }
  add(`${escape(cluster)} x 40`, cluster.repeat(40));
}
add('line ends stay GSM-7', 'one\r\ntwo\r\nthree');
add('a line end at the border, GSM-7', 'a'.repeat(152) + '\r\n' + 'b'.repeat(20));
add('the 161st forces UCS-2', 'a'.repeat(160) + '`');
add('smart quotes', '“It’s on”, she said – finally…');

// xorshift32: the same texts on every run.
let state = 0x5eed;
const below = (n) => {
  state ^= state << 13; state ^= state >>> 17; state ^= state << 5;
  return (state >>> 0) % n;
};
const pools = [[basic, extension], [basic, clusters], [foreign, clusters], [basic, extension, foreign, clusters]];
for (let i = 0; i < 120; i++) {
  const length = 60 + below(300);
  let text = '';
  while (text.length < length) {
    const pool = pools[i % pools.length][below(pools[i % pools.length].length)];
    text += pool[below(pool.length)];
  }
  add(`random ${i}`, text);
}

const vectors = [...texts].map(([name, text]) => {
  const message = new SegmentedMessage(text);
  const length = (segment) => Array.from(segment)
    .reduce((sum, char) => sum + (char.isReservedChar ? 0 : char.raw.length), 0);
  return {
    name,
    text,
    encoding: message.encodingName,
    segments: message.segmentsCount,
    units: message.encodedChars.reduce((sum, char) => sum + char.codeUnits.length, 0),
    // of each segment, in UTF-16 units of the text
    lengths: Array.from(message.segments, length),
  };
});
const madeBy = 'make-segment-vectors.mjs, with npm sms-segments-calculator 1.3.0';
process.stdout.write(`{"made_by": ${JSON.stringify(madeBy)}, "vectors": [\n`
  + vectors.map((vector) => JSON.stringify(vector)).join(',\n') + '\n]}\n');
