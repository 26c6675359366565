package terraform_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/terraform"
)

// The resources that bear these names in every answer.
const (
	service  = "aws_security_group.service"
	guard    = "aws_security_group.database"
	database = "aws_db_instance.parcels"
	group    = "aws_db_subnet_group.parcels"
	bucket   = "aws_s3_bucket.labels"
)

// setting is one set of variables.
type setting struct {
	environment, network string
	zones                map[string]int
	clients              []string
}

// settings returns those of production and of staging.
func settings(t testing.TB) []setting {
	r := kit.Rand(t)
	return []setting{draw(r, "production"), draw(r, "staging")}
}

func draw(r *rand.Rand, environment string) setting {
	s := setting{environment: environment, network: fmt.Sprintf("10.%d.0.0/16", 1+r.IntN(250)), zones: map[string]int{}}
	numbers := r.Perm(200) // no number is the place of its zone
	for i, zone := range []string{"eu-central-1a", "eu-central-1b", "eu-central-1c"} {
		s.zones[zone] = 10 + numbers[i]
	}
	for range 2 + r.IntN(2) {
		s.clients = append(s.clients, fmt.Sprintf("198.51.%d.0/24", r.IntN(250)))
	}
	return s
}

func (s setting) String() string {
	zones := []string{}
	for z, n := range s.zones {
		zones = append(zones, fmt.Sprintf("%s = %d", strings.TrimPrefix(z, "eu-central-"), n))
	}
	slices.Sort(zones)
	return fmt.Sprintf("terraform plan, environment %q, network %s,\nzones {%s},\nclients %v", s.environment, s.network, strings.Join(zones, ", "), s.clients)
}

// subnet is the range that a zone shall have.
func (s setting) subnet(zone string) string {
	b := netip.MustParsePrefix(s.network).Addr().As4()
	return fmt.Sprintf("%d.%d.%d.0/24", b[0], b[1], s.zones[zone])
}

// client reports whether a source is one of the clients' ranges, or in one.
func (s setting) client(from string) bool {
	return slices.ContainsFunc(s.clients, func(c string) bool { return within(from, c) })
}

func isRange(s string) bool { _, err := netip.ParsePrefix(s); return err == nil }

// within reports whether a range is part of another.
func within(part, whole string) bool {
	p, err := netip.ParsePrefix(part)
	w, bad := netip.ParsePrefix(whole)
	return err == nil && bad == nil && p.Bits() >= w.Bits() && w.Contains(p.Addr())
}

func (s setting) vars() map[string]any {
	return map[string]any{"environment": s.environment, "network": s.network, "zones": s.zones, "clients": s.clients}
}

// plan is what the learner's files plan for a setting.
type plan struct {
	*terraform.Plan
	t    testing.TB
	sent string
}

func (s setting) plan(t testing.TB) *plan {
	t.Helper()
	p, err := terraform.Read(t).Plan(s.vars())
	var bad *terraform.Problem
	if errors.As(err, &bad) {
		kit.Fail(t, kit.Failure{Sent: s.String(), Got: bad.Text + "\n" + bad.Why, Want: "a plan", At: kit.Line(bad.File, bad.Line)})
	}
	return &plan{p, t, s.String()}
}

// refused fails unless there is no plan for the setting, while there is one for
// good.
func (s setting) refused(t testing.TB, good setting, variable string) {
	t.Helper()
	good.plan(t)
	c := terraform.Read(t)
	if _, err := c.Plan(s.vars()); err == nil {
		kit.Fail(t, kit.Failure{Sent: s.String(), Got: "a plan", Want: "an error that says what is wrong with " + variable, At: c.Line("variable", variable)})
	}
}

func (p *plan) fail(got, want string, by *terraform.Resource) {
	p.t.Helper()
	f := kit.Failure{Sent: p.sent, Got: got, Want: want}
	if by != nil {
		f.Got, f.At = by.Address+":\n"+got, by.At()
	}
	kit.Fail(p.t, f)
}

func (p *plan) failOutput(name string, got any, want string) {
	p.t.Helper()
	at := terraform.Read(p.t).Line("output", name)
	if at == "" {
		at = kit.Line("outputs.tf", 1)
	}
	text := "there is no output " + name
	if got != nil {
		text = name + " = " + show(got)
	}
	kit.Fail(p.t, kit.Failure{Sent: p.sent + "\nterraform output " + name, Got: text, Want: want, At: at})
}

// resource returns the resource with that address.
func (p *plan) resource(t testing.TB, address string) *terraform.Resource {
	t.Helper()
	i := slices.IndexFunc(p.Resources, func(r *terraform.Resource) bool { return r.Address == address })
	if i < 0 {
		kit.Fail(t, kit.Failure{Sent: p.sent, Got: "no " + address + " in the plan", Want: "the resource, by the name that it has always had", At: kit.Line("main.tf", 1)})
	}
	return p.Resources[i]
}

// subnets returns the subnet of each zone.
func (p *plan) subnets() map[string]*terraform.Resource {
	m := map[string]*terraform.Resource{}
	for _, r := range p.Of("aws_subnet") {
		zone, _ := r.Values["availability_zone"].(string)
		m[zone] = r
	}
	return m
}

// names reports whether v leads to a resource by its id or by its name.
func names(r *terraform.Resource, v any) bool {
	return v != nil && (r.Refers(v, "id") || r.Refers(v, "name") || r.Refers(v, "bucket") || v == r.Values["bucket"] || v == r.Values["name"])
}

func yes(v any) bool { return v == true || v == "true" }

func show(v any) string {
	if v == nil {
		return "nothing"
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(v)
	return strings.TrimSpace(b.String())
}

// guards returns the addresses of the groups that the database is in.
func (p *plan) guards(t testing.TB) []string {
	t.Helper()
	db := p.resource(t, database)
	list, _ := db.Values["vpc_security_group_ids"].([]any)
	var found []string
	for _, g := range p.Of("aws_security_group") {
		if slices.ContainsFunc(list, func(v any) bool { return g.Refers(v, "id") }) {
			found = append(found, g.Address)
		}
	}
	if len(found) == 0 || len(found) != len(list) {
		p.fail("vpc_security_group_ids = "+show(list), "the database in the group "+guard, db)
	}
	return found
}
