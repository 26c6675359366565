package injection_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/web"
)

// odd returns texts that mean something in statements, patterns and pages.
func odd(b *board) []string {
	return []string{
		"O'Hara" + kit.Word(b.rand, 3), `"quoted" \ and \' and ''`, `'); DROP TABLE notes; --`, `' || (SELECT word FROM salaries) || '`, "100% _ \\% ; -- /* */ ?",
		"<b>bold</b> & <i>", "&lt;b&gt; &amp;amp; &#39;", "<script>alert(1)</script>", "<scr<script>ipt>alert(1)</scr</script>ipt>", `"><img src=x onerror=alert(1)>`,
		`' onmouseover='alert(1)`, `" autofocus onfocus="alert(1)`, "</span></li></ul><form action=//evil.example>", "<!-- -->", "{{.Token}} %s %d %!v", "naïve ✓ 日本 + a+b",
	}
}

// 1. Whatever characters a name, a text or a link has, it is stored and shown as it was written.
func TestAsWritten(t *testing.T) {
	leave := func(t *testing.T, b *board, name, text, link string) {
		t.Helper()
		before := b.rows()
		v, _ := b.login(name)
		a := v.post("/notes", "text", text, "link", link)
		n := note{1, name, text, link}
		if len(before) > 0 {
			n.id = before[len(before)-1].id + 1
		}
		b.holds(a, append(before, n)...)
		p := v.do("GET", "/")
		list := parse(t, p).notes()
		if want := (shown{name, text, link}); len(list) == 0 || list[len(list)-1] != want {
			kit.Fail(t, kit.Failure{Sent: a.Sent + "\nthen\n" + p.Sent, Got: "the page shows\n" + lines(list), Want: "as its last note\n" + want.String(), At: p.At})
		}
	}
	t.Run("a text is stored and shown as it was written", func(t *testing.T) {
		b := open(t)
		for _, text := range odd(b) {
			leave(t, b, "ann", text, "")
		}
	})
	t.Run("a name is stored and shown as it was written", func(t *testing.T) {
		b := open(t)
		for _, name := range odd(b) {
			leave(t, b, name, "hello", "")
		}
	})
	t.Run("a link is stored and leads where it was meant to", func(t *testing.T) {
		b := open(t)
		for _, link := range []string{"https://example.com/" + kit.Word(b.rand, 4), "http://example.com/?a=1&b=2#c"} {
			leave(t, b, "ann", "see there", link)
		}
	})
	t.Run("what is searched for stands in the search box as it was written", func(t *testing.T) {
		b := open(t)
		for _, q := range odd(b) {
			a := b.Do("GET", "/?q="+url.QueryEscape(q))
			if got, _ := parse(t, a).input("q"); got != q {
				a.Fail(t, "the search box holds\n"+q)
			}
		}
	})
}

// 2. Nothing that a stranger wrote becomes part of a page but as text: no tag, no attribute, no script; neither in a note nor in the search box.
func TestPage(t *testing.T) {
	same := func(t *testing.T, b *board, path string, plain []string, what string) {
		t.Helper()
		a := b.Do("GET", path)
		for i, line := range parse(t, a).skeleton() {
			if i >= len(plain) || plain[i] != line {
				a.Fail(t, what+",\nas text: <"+line+"> does not belong to the page")
			}
		}
	}
	t.Run("a note brings no tag and no attribute into the page", func(t *testing.T) {
		b := open(t)
		b.put(note{1, "ann", "hello", "https://example.com/"})
		plain := parse(t, b.Do("GET", "/")).skeleton()
		for _, text := range odd(b) {
			for _, n := range []note{{1, text, "hello", "https://example.com/"}, {1, "ann", text, "https://example.com/"}, {1, "ann", "hello", "https://example.com/" + text}} {
				b.exec("DELETE FROM notes")
				b.put(n)
				same(t, b, "/", plain, "the note "+n.String())
			}
		}
	})
	t.Run("the search box brings no tag and no attribute into the page", func(t *testing.T) {
		b := open(t)
		plain := parse(t, b.Do("GET", "/?q=hello")).skeleton()
		for _, q := range odd(b) {
			same(t, b, "/?q="+url.QueryEscape(q), plain, "what is searched for")
		}
	})
}

// 3. A link of another scheme than http, https or mailto is refused or leads nowhere.
func TestLinks(t *testing.T) {
	harmless := func(t *testing.T, a web.Answer, link string) {
		t.Helper()
		for _, n := range parse(t, a).notes() {
			href := strings.ToLower(strings.Map(func(r rune) rune { // browsers leave blanks and controls out
				if r <= ' ' {
					return -1
				}
				return r
			}, n.link))
			scheme, _, ok := strings.Cut(href, ":")
			if ok && !strings.ContainsAny(scheme, "/?#") && scheme != "http" && scheme != "https" && scheme != "mailto" {
				a.Fail(t, fmt.Sprintf("no link that leads to %q", link))
			}
		}
	}
	bad := func(b *board) []string {
		return []string{"javascript:alert(1)", "JavaScript:alert('" + kit.Word(b.rand, 3) + "')", " javascript:alert(1)", "java\tscript:alert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:x", "\x01javascript:alert(1)"}
	}
	t.Run("a link that could run something is refused or leads nowhere", func(t *testing.T) {
		b := open(t)
		v, _ := b.login("ann")
		for _, link := range bad(b) {
			v.post("/notes", "text", "look", "link", link)
			harmless(t, v.do("GET", "/"), link)
		}
	})
	t.Run("such a link that is stored already leads nowhere", func(t *testing.T) {
		b := open(t)
		for i, link := range bad(b) {
			b.put(note{i + 1, "ann", "look", link})
			harmless(t, b.Do("GET", "/"), link)
		}
	})
}

// 4. A search finds the notes whose text contains what is searched for, which is looked for as it is. sort is id or author; anything else is ignored or answers 400.
func TestSearch(t *testing.T) {
	shows := func(t *testing.T, a web.Answer, want ...string) {
		t.Helper()
		var got []string
		for _, n := range parse(t, a).notes() {
			got = append(got, n.text)
		}
		if !slices.Equal(got, want) {
			kit.Fail(t, kit.Failure{Sent: a.Sent, Got: "the notes\n" + lines(got), Want: "the notes\n" + lines(want), At: a.At})
		}
	}
	t.Run("a search finds the notes that have the text in them", func(t *testing.T) {
		b := open(t)
		word := kit.Word(b.rand, 5)
		for i, text := range []string{"x " + word, word + " x", "something", "a" + word + "b"} {
			b.put(note{i + 1, "ann", text, ""})
		}
		shows(t, b.Do("GET", "/?q="+word), "x "+word, word+" x", "a"+word+"b")
		shows(t, b.Do("GET", "/?q="+word+"zz"))
	})
	t.Run("a text with special characters is looked for as it is", func(t *testing.T) {
		b := open(t)
		texts := odd(b)
		for i, text := range texts {
			b.put(note{i + 1, "ann", text, ""})
		}
		for _, q := range []string{"%", "_", `\`, `\%`, "'", `"`, "' OR 'a'='a", "?", "O'Hara", "%%", "x' OR 1=1 --", "*", "<script>"} {
			var want []string
			for _, text := range texts {
				if strings.Contains(text, q) {
					want = append(want, text)
				}
			}
			shows(t, b.Do("GET", "/?q="+url.QueryEscape(q)), want...)
		}
	})
	t.Run("notes are sorted by id or by author", func(t *testing.T) {
		b := open(t)
		for i, author := range []string{"cleo", "ann", "ben"} {
			b.put(note{i + 1, author, "of " + author, ""})
		}
		shows(t, b.Do("GET", "/"), "of cleo", "of ann", "of ben")
		shows(t, b.Do("GET", "/?sort=id"), "of cleo", "of ann", "of ben")
		shows(t, b.Do("GET", "/?sort=author"), "of ann", "of ben", "of cleo")
	})
	t.Run("another sort is ignored or answers 400", func(t *testing.T) {
		b := open(t)
		for i, author := range []string{"cleo", "ann", "ben"} {
			b.put(note{i + 1, author, "of " + author, ""})
		}
		for _, sort := range []string{"id DESC", "(SELECT word FROM salaries)", "CASE WHEN (SELECT 1) THEN author END", "text", "author; DELETE FROM notes", "2 DESC", "nothing"} {
			if a := b.Do("GET", "/?sort="+url.QueryEscape(sort)); a.Status != http.StatusBadRequest {
				shows(t, a, "of cleo", "of ann", "of ben")
			}
		}
		b.holds(b.Do("GET", "/"), b.rows()...)
	})
}

// 5. No input becomes part of a statement: nothing else is read, changed or deleted. An id that is no note's answers 404.
func TestStatements(t *testing.T) {
	t.Run("no search reads another table", func(t *testing.T) {
		b := open(t)
		b.put(note{1, "ann", "hello", ""})
		for _, q := range []string{"zz' UNION SELECT 1, word, word, word FROM salaries --", "zz%' UNION SELECT 1, word, word, word FROM salaries --", "zz\\' UNION SELECT 1, word, word, word FROM salaries --"} {
			for _, path := range []string{"/?q=" + url.QueryEscape(q), "/?sort=" + url.QueryEscape("id "+q[3:])} {
				if a := b.Do("GET", path); strings.Contains(a.Body, b.word) {
					a.Fail(t, "no page that shows what another table holds: "+b.word)
				}
			}
		}
	})
	t.Run("no input deletes or changes another note", func(t *testing.T) {
		b := open(t)
		mine, other := note{1, "ann", "mine", ""}, note{2, "ben", "other", ""}
		b.put(mine)
		b.put(other)
		v, _ := b.login("ann")
		for _, id := range []string{"1 OR 1=1", "1; DELETE FROM notes", "2 OR author = 'ann'", "0 UNION SELECT 2"} {
			b.holds(v.post("/notes/"+url.PathEscape(id)+"/delete"), mine, other)
		}
		for _, q := range []string{"'; DELETE FROM notes; --", "%'; UPDATE notes SET text = 'gone'; --"} {
			b.holds(b.Do("GET", "/?q="+url.QueryEscape(q)), mine, other)
		}
	})
	t.Run("an id that is no note's answers 404", func(t *testing.T) {
		b := open(t)
		b.put(note{1, "ann", "mine", ""})
		v, _ := b.login("ann")
		for _, id := range []string{"2", "0", "-1", "x", "1x", "1 OR 1=1", "99999999999999999999"} {
			if a := v.post("/notes/" + url.PathEscape(id) + "/delete"); a.Status != http.StatusNotFound {
				a.Fail(t, "404 Not Found: there is no such note")
			}
		}
	})
}

// 6. GET changes nothing. A note is deleted by POST, and only by its author: others get 403.
func TestDelete(t *testing.T) {
	t.Run("an author deletes a note by POST", func(t *testing.T) {
		b := open(t)
		name := "O'Hara " + kit.Word(b.rand, 3)
		b.put(note{1, name, "mine", ""})
		b.put(note{2, name, "mine too", ""})
		v, _ := b.login(name)
		a := v.post("/notes/1/delete")
		if a.Status != http.StatusSeeOther || a.Header.Get("Location") != "/" {
			a.Fail(t, "303 See Other\nLocation: /")
		}
		b.holds(a, note{2, name, "mine too", ""})
	})
	t.Run("GET deletes nothing and changes nothing", func(t *testing.T) {
		b := open(t)
		n := note{1, "ann", "mine", ""}
		b.put(n)
		v, _ := b.login("ann")
		token := v.token()
		for _, method := range []string{"GET", "HEAD"} {
			b.holds(v.do(method, "/notes/1/delete"), n)
			b.holds(v.do(method, "/notes/1/delete?csrf="+token), n)
			b.holds(v.do(method, "/notes?text=hello&csrf="+token), n)
		}
	})
	t.Run("somebody else's note answers 403 and stays", func(t *testing.T) {
		b := open(t)
		n := note{1, "ann", "mine", ""}
		b.put(n)
		for _, name := range []string{"ben", "Ann", "ann "} {
			v, _ := b.login(name)
			a := v.post("/notes/1/delete")
			if a.Status != http.StatusForbidden {
				a.Fail(t, "403 Forbidden: the note is ann's")
			}
			b.holds(a, n)
		}
	})
}
