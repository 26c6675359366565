package web

type own struct{}

func (own) ParseGlob(string) {}

func elsewhere() {
	_, _ = page.ParseFiles("/etc/passwd") // want `the method ParseFiles is not allowed`
	_ = page.Lookup("x").ParseGlob        // want `the method ParseGlob is not allowed`
	own{}.ParseGlob("a method of one's own")
	(&own{}).ParseGlob("also by address")
}
