package main

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// browsers are the names under which a Chromium may be installed.
var browsers = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "headless_shell"}

// shots is where screenshots are kept for people; without it nobody sees them.
const shots = "KATA_TEST_SCREENSHOTS"

// browser is one tab of a headless Chromium, spoken to in the DevTools protocol
// (chromedevtools.github.io/devtools-protocol).
type browser struct {
	t       *testing.T
	ctx     context.Context
	conn    *websocket.Conn
	session string
	last    int
}

// browse opens a tab at an address, or skips the test without a browser.
func browse(t *testing.T, address string) *browser {
	t.Helper()
	program := ""
	for _, name := range browsers {
		if found, err := exec.LookPath(name); err == nil {
			program = found
			break
		}
	}
	if program == "" {
		t.Skip("no Chromium is installed: apt-get install chromium")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	t.Cleanup(cancel)
	// --no-sandbox: Chromium has none when it is root, and shows kata's own page only.
	cmd := exec.CommandContext(ctx, program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--window-size=1280,900", "--disable-background-networking",
		"--force-renderer-accessibility", "--remote-debugging-port=0", "--user-data-dir="+t.TempDir(), "about:blank")
	cmd.WaitDelay = 10 * time.Second
	stderr, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatalf("start %s: %v", program, err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	b := &browser{t: t, ctx: ctx}
	lines := bufio.NewScanner(stderr)
	for b.conn == nil {
		if !lines.Scan() {
			t.Fatalf("%s told no address of its DevTools: %v", program, lines.Err())
		}
		if _, at, found := strings.Cut(lines.Text(), "DevTools listening on "); found {
			if b.conn, _, err = websocket.Dial(ctx, at, nil); err != nil {
				t.Fatalf("connect to %s: %v", program, err)
			}
		}
	}
	go func() { // it may go on writing
		for lines.Scan() {
		}
	}()
	b.conn.SetReadLimit(64 << 20)
	var target struct{ TargetID string }
	b.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	b.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	b.session = attached.SessionID
	b.call("Page.enable", nil, nil)
	b.call("Accessibility.enable", nil, nil)
	b.call("Page.navigate", map[string]any{"url": address}, nil)
	b.await("page", `document.readyState == "complete"`)
	return b
}

// call calls a method and reads its result into out, past events.
func (b *browser) call(method string, params, out any) {
	b.t.Helper()
	b.last++
	request := map[string]any{"id": b.last, "method": method}
	if params != nil {
		request["params"] = params
	}
	if b.session != "" {
		request["sessionId"] = b.session
	}
	data, err := json.Marshal(request)
	if err == nil {
		err = b.conn.Write(b.ctx, websocket.MessageText, data)
	}
	for err == nil {
		var answer struct {
			ID     int
			Result json.RawMessage
			Error  *struct{ Message string }
		}
		if _, data, err = b.conn.Read(b.ctx); err != nil || json.Unmarshal(data, &answer) != nil || answer.ID != b.last {
			continue
		}
		if answer.Error != nil {
			b.t.Fatalf("%s: %s", method, answer.Error.Message)
		}
		if out != nil {
			err = json.Unmarshal(answer.Result, out)
		}
		if err == nil {
			return
		}
	}
	b.t.Fatalf("%s: %v", method, err)
}

// eval is the value of an expression in the page.
func (b *browser) eval(expression string) any {
	b.t.Helper()
	var out struct {
		Result           struct{ Value any }
		ExceptionDetails *struct{ Text string }
	}
	b.call("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true, "awaitPromise": true}, &out)
	if out.ExceptionDetails != nil {
		b.t.Fatalf("%s: %s", expression, out.ExceptionDetails.Text)
	}
	return out.Result.Value
}

// await waits until a condition holds in the page.
func (b *browser) await(what, condition string) {
	b.t.Helper()
	limit := time.After(2 * time.Minute)
	for b.eval(condition) != true {
		select {
		case <-limit:
			b.t.Fatalf("after two minutes there is no %s:\n%s", what, b.eval("document.body.innerText"))
		case <-time.After(20 * time.Millisecond): // asked again
		}
	}
}

// scheme makes the page light or dark and returns the colours of its ground
// and its text; a screenshot goes where the environment asks for.
func (b *browser) scheme(name string) string {
	b.t.Helper()
	b.call("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": name}}}, nil)
	var shot struct{ Data string }
	b.call("Page.captureScreenshot", map[string]any{"captureBeyondViewport": true}, &shot)
	data, err := base64.StdEncoding.DecodeString(shot.Data)
	if err != nil || len(data) < 5000 {
		b.t.Fatalf("the screenshot has %d bytes: %v", len(data), err)
	}
	if dir := os.Getenv(shots); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, "page-"+name+".png"), data, 0o644); err != nil {
			b.t.Fatal(err)
		}
	}
	return fmt.Sprint(b.eval(`(s => s.backgroundColor + " " + s.color)(getComputedStyle(document.body))`))
}

// seen is a node of the accessibility tree: what a screen reader speaks of.
type seen struct {
	Ignored    bool
	Role, Name struct{ Value any }
}

// tree is the accessibility tree, without what is ignored: "role: name".
func (b *browser) tree() (nodes []string) {
	b.t.Helper()
	var out struct{ Nodes []seen }
	b.call("Accessibility.getFullAXTree", nil, &out)
	for _, n := range out.Nodes {
		if !n.Ignored && n.Role.Value != nil {
			nodes = append(nodes, fmt.Sprint(n.Role.Value, ": ", n.Name.Value))
		}
	}
	return nodes
}

// named matches the nodes that people act on or find their way by; each needs
// a name.
var nameless = regexp.MustCompile(`^(link|button|heading|progressbar|group|image|img|table|columnheader|rowheader): (<nil>)?$`)

// The served page is read by a screen reader, used by keyboard, light and dark,
// and renews itself when an exercise passes in another terminal.
func TestServedPageInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	b := newBed(t, "", 0)
	cmd, _ := b.command("serve")
	shown := &screen{}
	cmd.Stdout = shown
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Signal(os.Interrupt); _ = cmd.Wait() })
	b.await("address", func() bool { return shown.count("Ctrl-C") > 0 })
	p := browse(t, regexp.MustCompile(`http://127\.0\.0\.1:\d+/`).FindString(shown.text.String()))

	nodes := p.tree()
	for _, want := range []string{"heading: Skill map", "heading: Exercises", "progressbar: exercises passed", "main: "} {
		if !slices.ContainsFunc(nodes, func(n string) bool { return strings.HasPrefix(n, want) }) {
			t.Errorf("a screen reader finds no %q in %d nodes", want, len(nodes))
		}
	}
	links := 0
	for _, n := range nodes {
		if nameless.MatchString(n) {
			t.Errorf("a screen reader finds a node without a name: %q", n)
		}
		if strings.HasPrefix(n, "link: dsa/lru, ") && strings.HasSuffix(n, ": open") {
			links++
		}
	}
	if links != 1 {
		t.Errorf("%d links of the map lead to dsa/lru, which is open; want one", links)
	}

	for range 3 {
		for _, kind := range []string{"keyDown", "keyUp"} {
			p.call("Input.dispatchKeyEvent", map[string]any{"type": kind, "key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9}, nil)
		}
	}
	if got := p.eval(`document.activeElement.closest("svg.map") != null && getComputedStyle(document.activeElement.querySelector("rect") ?? document.activeElement).outlineStyle`); got != "solid" {
		t.Errorf("after three times Tab the map's link has the outline %v, want a solid one", got)
	}
	if got := p.eval(`performance.getEntriesByType("resource").filter(e => !e.name.startsWith(location.origin)).length`); got != 0.0 {
		t.Errorf("the page loads %v things from elsewhere", got)
	}

	p.await("live connection", `document.getElementById("live").textContent.startsWith("live")`)
	b.solve("dsa/lru")
	if got := b.verdicts("dsa/lru"); !strings.Contains(got, "dsa/lru pass") {
		t.Fatal(got)
	}
	p.await("exercise that passed", `document.querySelector('a[href="#dsa/lru"]').classList.contains("passed") && document.title.startsWith("1/")`)
	if light, dark := p.scheme("light"), p.scheme("dark"); light == dark || !strings.HasPrefix(light, "rgb(255, 255, 255)") {
		t.Errorf("light is %s, dark is %s", light, dark)
	}
}
