// Signs in, approves and denies devices by keyboard alone, with and without scripts, and checks every page with axe-core.
//
// The registry is PLIMSOLL_REGISTRY, its person dana@example.org has PASSWORD; CHROMIUM is the browser.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";

const { PLIMSOLL_REGISTRY: registry, PASSWORD: password, CHROMIUM: executablePath, SCREENSHOTS: screenshots } = process.env;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
// A sandbox needs a user that is not root; nothing is to leave this machine.
const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

async function post(path, body) {
  const answer = await fetch(`${registry}/api/v1/auth/device/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ client_id: "objectstack-cli", ...body }),
  });
  return answer.json();
}

// A device that waits, as `os cloud login` and a runtime that is to be bound begin.
async function begin() {
  const device = await post("code", { scope: "openid profile email" });
  const page = new URL(device.verification_uri_complete);
  page.searchParams.set("runtime_name", "Staging <b>");
  page.searchParams.set("runtime_version", "17.4.0");
  return { ...device, page: page.href };
}

// What the device is told.
async function ask({ device_code }) {
  const answer = await post("token", { grant_type: "urn:ietf:params:oauth:grant-type:device_code", device_code });
  return answer.error ?? answer.access_token;
}

// What has the focus: its name in the form, or its text.
function focus(page) {
  return page.evaluate(() => {
    const { id, name, value, innerText } = document.activeElement;
    return id || (name ? `${name}=${value}` : innerText);
  });
}

// Goes on by the Tab key to the first thing of this name, which has to show that it has the focus.
async function tabTo(page, wanted) {
  const passed = [];
  for (let presses = 0; presses < 20; presses += 1) {
    await page.keyboard.press("Tab");
    passed.push(await focus(page));
    if (passed.at(-1) === wanted) {
      const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
      assert.notEqual(outline, "none", `${wanted} shows that it has the focus`);
      return passed;
    }
  }
  assert.fail(`the Tab key does not reach ${wanted}: ${passed}`);
}

async function press(page, key) {
  await Promise.all([page.waitForNavigation(), page.keyboard.press(key)]);
}

let shots = 0;

// axe-core finds nothing, and nothing is wider than the window.
async function check(page, what) {
  if (screenshots) await page.screenshot({ path: `${screenshots}/${String((shots += 1)).padStart(2, "0")}-${what}.png`, fullPage: true });
  const { violations, passes } = await page.evaluate(`${axe}; axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })`);
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html)}`), [], what);
  assert(passes.length > 10, `${what}: axe-core looked at the page`);
  const [width, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  assert(width <= window, `${what}: ${width} px in a window of ${window} px`);
  console.log(`  ok: ${what}`);
}

async function signIn(page, secret) {
  await tabTo(page, "email");
  await page.keyboard.press("Control+A");
  await page.keyboard.type("dana@example.org");
  await tabTo(page, "password");
  await page.keyboard.type(secret);
  await press(page, "Enter");
}

async function heading(page, text) {
  assert.equal(await page.locator("h1").innerText(), text);
}

// Everything that a person can meet on the way, in one look.
async function walk(page, look, scripts) {
  // Without scripts axe-core, which is one, does not run either.
  const shows = (what) => (scripts ? check(page, `${look}-${what}`) : console.log(`  ok: ${look}-${what}`));
  const device = await begin();
  await page.goto(device.page);
  await heading(page, "Sign in");
  await shows("sign-in");
  await signIn(page, "not the password");
  await heading(page, "Sign in");
  assert.match(await page.title(), /^Error: /);
  assert.match(await focus(page), /You are not signed in/, "the focus is where the error is told");
  await shows("sign-in-refused");
  await signIn(page, password);
  await heading(page, "Let a device act as dana?");
  for (const shown of [device.user_code, "objectstack-cli", "Staging <b> 17.4.0", "publish"]) {
    assert((await page.locator("main").innerText()).includes(shown), shown);
  }
  await shows("confirm");
  const order = await tabTo(page, "decision=approve");
  assert.deepEqual(order.slice(-2), ["confirmed", "decision=approve"]);
  await press(page, "Enter");
  assert.match(await focus(page), /The device is not approved/);
  await shows("unconfirmed");
  assert.equal(await ask(device), "authorization_pending");
  await tabTo(page, "confirmed");
  await page.keyboard.press("Space");
  await tabTo(page, "decision=approve");
  await press(page, "Enter");
  await heading(page, "Device approved");
  await shows("approved");
  await new Promise((resolve) => setTimeout(resolve, 4500));
  assert.match(await ask(device), /^plim_/);

  const denied = await begin();
  await page.goto(denied.verification_uri);
  await heading(page, "Sign in a device");
  await shows("code");
  await tabTo(page, "user-code");
  await page.keyboard.type("bbbb bbbb");
  await press(page, "Enter");
  assert.match(await focus(page), /The code does not work/);
  await shows("code-refused");
  await tabTo(page, "user-code");
  await page.keyboard.press("Control+A");
  await page.keyboard.type(denied.user_code.toLowerCase());
  await press(page, "Enter");
  await tabTo(page, "decision=deny");
  await press(page, "Enter");
  await heading(page, "Device denied");
  assert.equal(await ask(denied), "access_denied");

  await page.goto(`${registry}/device/nothing`);
  await shows("problem");
  await page.goto(`${registry}/device`);
  await tabTo(page, "Sign out");
  await press(page, "Enter");
  await heading(page, "Sign in");
}

// A page of another site cannot decide, although the browser holds the session.
async function forge(page) {
  const device = await begin();
  await page.goto(device.page);
  await signIn(page, password);
  const form = await page.locator("main form input[name=form]").inputValue();
  const fields = { form, user_code: device.user_code, confirmed: "yes", decision: "approve" };
  const inputs = Object.entries(fields).map(([name, value]) => `<input name="${name}" value="${value}">`).join("");
  const evil = registry.replace("127.0.0.1", "localhost").replace(/:\d+$/, ":9");
  await page.route(`${evil}/**`, (route) =>
    route.fulfill({ contentType: "text/html", body: `<form method="post" action="${registry}/device">${inputs}<button>Win</button></form>` }));
  await page.goto(`${evil}/`);
  await tabTo(page, "Win");
  const [answer] = await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  assert.equal(answer.status(), 403);
  assert.equal(await ask(device), "authorization_pending");
  console.log("  ok: a form of another site");
}

// With a new, empty profile.
const browser = await chromium.launch({ executablePath, args });
try {
  const looks = {
    light: { colorScheme: "light" },
    dark: { colorScheme: "dark" },
    narrow: { viewport: { width: 320, height: 640 } },
    "without-scripts": { javaScriptEnabled: false },
  };
  for (const [look, options] of Object.entries(looks)) {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    const complaints = [];
    page.on("console", (message) => {
      if (/Content Security Policy|Refused to/.test(message.text())) complaints.push(message.text());
    });
    await walk(page, look, options.javaScriptEnabled ?? true);
    assert.deepEqual(complaints, [], "the page keeps its own policy");
    await context.close();
  }
  const context = await browser.newContext();
  await forge(await context.newPage());
} finally {
  await browser.close();
}
