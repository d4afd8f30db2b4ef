// Looks at a page from within: what is too wide, what lies over what, what was fetched, whether headings are in order.
(() => {
  const problems = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) problems.push(`overflow: ${root.scrollWidth} in ${root.clientWidth}`);
  const requests = performance.getEntriesByType('resource').map(entry => entry.name);
  for (const name of requests) problems.push(`request: ${name}`);
  function overlaps(nodes, allowed) {
    const boxes = nodes.map(node => [node, node.getBoundingClientRect()]).filter(([, box]) => box.width > 0 && box.height > 0);
    for (let i = 0; i < boxes.length; i++) for (let j = 0; j < i; j++) {
      const [a, p] = boxes[i], [b, q] = boxes[j];
      if (a.contains(b) || b.contains(a)) continue;
      const x = Math.min(p.right, q.right) - Math.max(p.left, q.left), y = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
      if (x > allowed && y > allowed) problems.push(`overlap: "${a.textContent.trim().slice(0, 40)}" and "${b.textContent.trim().slice(0, 40)}" by ${x.toFixed(1)} x ${y.toFixed(1)}`);
    }
  }
  overlaps([...document.querySelectorAll('h1,h2,h3,p:not(.skip),li,dt,dd,th,td,caption,figcaption,.wide,pre')], 1);
  for (const svg of document.querySelectorAll('svg')) {
    overlaps([...svg.querySelectorAll('text')].filter(text => text.textContent.trim()), 1);
    const frame = svg.getBoundingClientRect();
    for (const text of svg.querySelectorAll('text')) {
      const box = text.getBoundingClientRect();
      if (text.textContent.trim() && (box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1 || box.top < frame.top - 1)) problems.push(`outside the picture: "${text.textContent.trim()}"`);
    }
  }
  const levels = [...document.querySelectorAll('h1,h2,h3,h4')].map(node => +node.tagName[1]);
  levels.forEach((level, i) => { if (i > 0 && level > levels[i - 1] + 1) problems.push(`heading ${level} after ${levels[i - 1]}`); });
  document.title = JSON.stringify({ width: innerWidth, dark: matchMedia('(prefers-color-scheme: dark)').matches, texts: document.querySelectorAll('svg text').length, problems });
})();
