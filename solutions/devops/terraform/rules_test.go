package terraform_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/kata-go/kata/grader/kit/terraform"
)

// rule lets somebody in, wherever it stands.
type rule struct {
	group    string // the address of the group whose members are reached
	protocol string
	from, to int
	sources  []string // ranges, addresses of groups, and other things as they are
	by       *terraform.Resource
}

func (r rule) String() string {
	ports := strconv.Itoa(r.from)
	switch {
	case !r.tcp():
		ports = "all (protocol " + r.protocol + ")"
	case r.to != r.from:
		ports += fmt.Sprintf(" to %d", r.to)
	}
	return fmt.Sprintf("%s lets in\nport %s, from %s", r.group, ports, strings.Join(r.sources, ", "))
}

func (r rule) tcp() bool { return slices.Contains([]string{"tcp", "6"}, strings.ToLower(r.protocol)) }

// opens reports whether the rule is about a port of TCP, only whether about no
// other.
func (r rule) opens(port int) bool {
	return r.protocol == "-1" || r.protocol == "all" || r.tcp() && r.from <= port && port <= r.to
}

func (r rule) only(port int) bool { return r.tcp() && r.from == port && r.to == port }

// everything reports whether the rule is about all ports of all protocols. In a
// block of a group, the ports have to be there, and to be 0.
func (r rule) everything() bool {
	all := slices.Contains([]string{"-1", "all"}, r.protocol)
	return all && (r.from == 0 && r.to == 0 || r.by.Type != "aws_security_group" && r.from <= 0 && r.to <= 0)
}

// lets reports whether the rule lets a range or a group in.
func (r rule) lets(who string) bool {
	return slices.ContainsFunc(r.sources, func(s string) bool { return s == who || within(who, s) })
}

// rules returns all rules about connections that come in.
func (p *plan) rules() []rule { return p.towards("ingress") }

// towards returns the rules of a direction, ingress or egress.
func (p *plan) towards(direction string) []rule {
	var list []rule
	for _, g := range p.Of("aws_security_group") {
		blocks, _ := g.Values[direction].([]any)
		for _, b := range blocks {
			if m, ok := b.(map[string]any); ok {
				list = append(list, p.rule(g.Address, g, m, "protocol"))
			}
		}
	}
	for _, r := range p.Of("aws_security_group_rule") {
		if r.Values["type"] == direction {
			list = append(list, p.rule(p.group(r.Values["security_group_id"]), r, r.Values, "protocol"))
		}
	}
	for _, r := range p.Of("aws_vpc_security_group_" + direction + "_rule") {
		list = append(list, p.rule(p.group(r.Values["security_group_id"]), r, r.Values, "ip_protocol"))
	}
	return list
}

// froms are the arguments that say who may come, in all kinds of rules.
var froms = []string{
	"cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "security_groups", "source_security_group_id",
	"cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id",
}

func (p *plan) rule(group string, by *terraform.Resource, m map[string]any, protocol string) rule {
	r := rule{group: group, by: by, protocol: "nothing", from: port(m["from_port"]), to: port(m["to_port"])}
	if v := m[protocol]; v != nil {
		r.protocol = fmt.Sprint(v)
	}
	for _, name := range froms {
		list, ok := m[name].([]any)
		if !ok && m[name] != nil {
			list = []any{m[name]}
		}
		for _, v := range list {
			r.sources = append(r.sources, p.group(v))
		}
	}
	if yes(m["self"]) {
		r.sources = append(r.sources, group)
	}
	return r
}

func port(v any) int {
	switch v := v.(type) {
	case float64:
		return int(v)
	case string:
		n, err := strconv.Atoi(v)
		if err == nil {
			return n
		}
	}
	return -1
}

// group returns the address of the group that v is the id of, else v as it is.
func (p *plan) group(v any) string {
	for _, g := range p.Of("aws_security_group") {
		if g.Refers(v, "id") {
			return g.Address
		}
	}
	return fmt.Sprint(v)
}
