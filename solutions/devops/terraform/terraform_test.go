package terraform_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/kata-go/kata/grader/kit"
	"github.com/kata-go/kata/grader/kit/terraform"
)

// 1. Staging and production can live in one account: the bucket is parcels-labels-ENVIRONMENT, the database and its subnet group are parcels-ENVIRONMENT.
func TestNames(t *testing.T) {
	named := func(t *testing.T, address, argument, name string) {
		for _, s := range settings(t) {
			p := s.plan(t)
			want := name + s.environment
			if r := p.resource(t, address); r.Values[argument] != want {
				p.fail(fmt.Sprintf("%s = %s", argument, show(r.Values[argument])), fmt.Sprintf("%s = %q", argument, want), r)
			}
		}
	}
	t.Run("the bucket is called after its environment", func(t *testing.T) { named(t, bucket, "bucket", "parcels-labels-") })
	t.Run("the database is called after its environment", func(t *testing.T) { named(t, database, "identifier", "parcels-") })
	t.Run("the subnet group is called after its environment", func(t *testing.T) { named(t, group, "name", "parcels-") })
}

// 2. The service takes connections from the clients, on port 443, and none from elsewhere or on another port; nothing else in the plan is open to anybody.
func TestService(t *testing.T) {
	t.Run("the clients reach the service on port 443", func(t *testing.T) {
		for _, s := range settings(t) {
			p := s.plan(t)
			for _, c := range s.clients {
				if !slices.ContainsFunc(p.rules(), func(r rule) bool { return r.group == service && r.opens(443) && r.lets(c) }) {
					p.fail("no rule lets "+c+" reach port 443 of "+service, "the clients of var.clients on port 443", p.resource(t, service))
				}
			}
		}
	})
	t.Run("nobody else reaches the service and no other port is open", func(t *testing.T) {
		for _, s := range settings(t) {
			p := s.plan(t)
			for _, r := range p.rules() {
				if r.group == service && (!r.only(443) || slices.ContainsFunc(r.sources, func(from string) bool { return !s.client(from) })) {
					p.fail(r.String(), "port 443, from the ranges of var.clients", r.by)
				}
			}
		}
	})
	t.Run("no other group is open to addresses outside of the network", func(t *testing.T) {
		for _, s := range settings(t) {
			p := s.plan(t)
			for _, r := range p.rules() {
				if r.group != service && r.group != guard && slices.ContainsFunc(r.sources, func(from string) bool { return isRange(from) && !within(from, s.network) }) {
					p.fail(r.String(), "nothing that is open to others", r.by)
				}
			}
		}
	})
}

// 3. The database takes connections from the service, on port 5432, and from nobody else, and has no public address.
func TestDatabase(t *testing.T) {
	t.Run("the service reaches the database on port 5432", func(t *testing.T) {
		for _, s := range settings(t) {
			p := s.plan(t)
			guards := p.guards(t)
			if !slices.ContainsFunc(p.rules(), func(r rule) bool {
				return slices.Contains(guards, r.group) && r.opens(5432) && r.lets(service)
			}) {
				p.fail("no rule of the database's groups lets "+service+" in on port 5432", "the service, by its group", p.resource(t, guard))
			}
		}
	})
	t.Run("nobody but the service reaches the database", func(t *testing.T) {
		for _, s := range settings(t) {
			p := s.plan(t)
			guards := append(p.guards(t), guard)
			for _, r := range p.rules() {
				if slices.Contains(guards, r.group) && (!r.only(5432) || slices.ContainsFunc(r.sources, func(from string) bool { return from != service })) {
					p.fail(r.String(), "port 5432, from "+service, r.by)
				}
			}
		}
	})
	t.Run("the database has no public address", func(t *testing.T) {
		for _, s := range settings(t) {
			p := s.plan(t)
			if r := p.resource(t, database); yes(r.Values["publicly_accessible"]) {
				p.fail("publicly_accessible is on", "a database that only the network can see", r)
			}
		}
	})
}

// 4. Nobody can make the labels public: all four public access blocks of the bucket are on, and no access list is public.
func TestBucket(t *testing.T) {
	t.Run("all four public access blocks are on", func(t *testing.T) {
		for _, s := range settings(t) {
			p := s.plan(t)
			b := p.resource(t, bucket)
			blocks := slices.DeleteFunc(p.Of("aws_s3_bucket_public_access_block"), func(r *terraform.Resource) bool { return !names(b, r.Values["bucket"]) })
			if len(blocks) == 0 {
				p.fail("no aws_s3_bucket_public_access_block for "+bucket, "one that blocks everything", b)
			}
			for _, flag := range []string{"block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"} {
				if !yes(blocks[0].Values[flag]) {
					p.fail(flag+" is off", flag+" = true", blocks[0])
				}
			}
		}
	})
	t.Run("no access list is public", func(t *testing.T) {
		for _, s := range settings(t) {
			p := s.plan(t)
			for _, r := range append(p.Of("aws_s3_bucket_acl"), p.Of("aws_s3_bucket")...) {
				if acl, _ := r.Values["acl"].(string); slices.Contains([]string{"public-read", "public-read-write", "authenticated-read"}, acl) {
					p.fail("acl = "+show(acl), "no public access list", r)
				}
			}
		}
	})
}

// 5. Each zone has a subnet with the number that is given for it, in which the database may be; a zone that comes or goes changes no other subnet.
func TestZones(t *testing.T) {
	t.Run("each zone has the subnet with its number", func(t *testing.T) {
		for _, s := range settings(t) {
			p := s.plan(t)
			has := p.subnets()
			for _, zone := range slices.Sorted(maps.Keys(s.zones)) {
				want := s.subnet(zone)
				switch r := has[zone]; {
				case r == nil:
					p.fail("no subnet in "+zone, "one subnet in each zone", nil)
				case r.Values["cidr_block"] != want:
					p.fail(fmt.Sprintf("in %s, cidr_block = %s", zone, show(r.Values["cidr_block"])), fmt.Sprintf("cidr_block = %q, which has number %d", want, s.zones[zone]), r)
				case !p.resource(t, "aws_vpc.parcels").Refers(r.Values["vpc_id"], "id"):
					p.fail("vpc_id = "+show(r.Values["vpc_id"]), "a subnet of aws_vpc.parcels", r)
				}
			}
			if n := len(p.Of("aws_subnet")); n != len(s.zones) {
				p.fail(fmt.Sprintf("%d subnets", n), fmt.Sprintf("%d, one for each zone", len(s.zones)), p.Of("aws_subnet")[0])
			}
		}
	})
	t.Run("the database may be in all of the subnets", func(t *testing.T) {
		for _, s := range settings(t) {
			p := s.plan(t)
			g := p.resource(t, group)
			list, _ := g.Values["subnet_ids"].([]any)
			for _, r := range p.Of("aws_subnet") {
				if !slices.ContainsFunc(list, func(v any) bool { return r.Refers(v, "id") }) {
					p.fail("subnet_ids = "+show(list), "the ids of all subnets; missing is "+r.Address, g)
				}
			}
			if in := p.resource(t, database).Values["db_subnet_group_name"]; !names(g, in) {
				p.fail("db_subnet_group_name = "+show(in), "the database in "+group, p.resource(t, database))
			}
		}
	})
	t.Run("a zone that goes leaves the other subnets as they are", func(t *testing.T) {
		for _, s := range settings(t) {
			for _, gone := range slices.Sorted(maps.Keys(s.zones)) {
				less := s
				less.zones = maps.Clone(s.zones)
				delete(less.zones, gone)
				s.compare(t, less, "without the zone "+gone)
			}
		}
	})
	t.Run("a zone that comes leaves the other subnets as they are", func(t *testing.T) {
		for _, s := range settings(t) {
			more := s
			more.zones = maps.Clone(s.zones)
			more.zones["eu-central-10"] = 250 // between the others, by name
			s.compare(t, more, "with a further zone eu-central-10")
		}
	})
}

// compare fails if a subnet of a zone that is in both plans has another address
// or other values in the second.
func (s setting) compare(t *testing.T, other setting, change string) {
	t.Helper()
	p, q := s.plan(t), other.plan(t)
	after := q.subnets()
	before := p.subnets()
	for _, zone := range slices.Sorted(maps.Keys(before)) {
		r := before[zone]
		if _, stays := other.zones[zone]; !stays {
			continue
		}
		if o := after[zone]; o == nil || o.Address != r.Address || show(o.Values["cidr_block"]) != show(r.Values["cidr_block"]) {
			got := "no subnet"
			if o != nil {
				got = fmt.Sprintf("%s, %s", o.Address, show(o.Values["cidr_block"]))
			}
			q.sent = p.sent + "\nthen " + change
			q.fail(fmt.Sprintf("the subnet in %s was %s, %s,\nand is to be %s", zone, r.Address, show(r.Values["cidr_block"]), got), "no change of this subnet", r)
		}
	}
}

// 6. The database of production is protected from deletion and keeps its backups for 14 days; that of staging is not protected.
func TestProtection(t *testing.T) {
	t.Run("the database of production cannot be deleted by mistake", func(t *testing.T) {
		for _, s := range settings(t) {
			p := s.plan(t)
			if r := p.resource(t, database); s.environment == "production" && !yes(r.Values["deletion_protection"]) {
				p.fail("deletion_protection is off", "production protected", r)
			}
		}
	})
	t.Run("the database of staging can be taken down", func(t *testing.T) {
		for _, s := range settings(t) {
			p := s.plan(t)
			if r := p.resource(t, database); s.environment == "staging" && yes(r.Values["deletion_protection"]) {
				p.fail("deletion_protection is on", "staging not protected", r)
			}
		}
	})
	t.Run("production keeps its backups for 14 days", func(t *testing.T) {
		for _, s := range settings(t) {
			p := s.plan(t)
			if r := p.resource(t, database); s.environment == "production" && show(r.Values["backup_retention_period"]) != "14" {
				p.fail("backup_retention_period = "+show(r.Values["backup_retention_period"]), "14 days", r)
			}
		}
	})
}

// 7. An environment other than staging and production is refused, and so is a range of clients that is everybody.
func TestRefused(t *testing.T) {
	t.Run("an environment that is neither is refused", func(t *testing.T) {
		for _, name := range []string{"prodution", "", "Production", "staging2", kit.Word(kit.Rand(t), 7)} {
			good := settings(t)[1]
			bad := good
			bad.environment = name
			bad.refused(t, good, "environment")
		}
	})
	t.Run("a range of clients that is everybody is refused", func(t *testing.T) {
		for _, everybody := range []string{"0.0.0.0/0", "::/0"} {
			for _, good := range settings(t) {
				bad := good
				bad.clients = append(slices.Clone(good.clients), everybody)
				bad.refused(t, good, "clients")
			}
		}
	})
}

// 8. Whoever asks for the outputs gets the database's address, the bucket's name, and from each zone the id of its subnet.
func TestOutputs(t *testing.T) {
	t.Run("the address of the database is an output", func(t *testing.T) {
		for _, s := range settings(t) {
			p := s.plan(t)
			if v := p.Outputs["database_address"]; !p.resource(t, database).Refers(v, "address") {
				p.failOutput("database_address", v, "the address of "+database)
			}
		}
	})
	t.Run("the name of the bucket is an output", func(t *testing.T) {
		for _, s := range settings(t) {
			p := s.plan(t)
			if v := p.Outputs["bucket"]; !names(p.resource(t, bucket), v) {
				p.failOutput("bucket", v, "the name of "+bucket)
			}
		}
	})
	t.Run("the subnets of the zones are an output", func(t *testing.T) {
		for _, s := range settings(t) {
			p := s.plan(t)
			m, _ := p.Outputs["subnets"].(map[string]any)
			for zone, r := range p.subnets() {
				if !r.Refers(m[zone], "id") || len(m) != len(s.zones) {
					p.failOutput("subnets", p.Outputs["subnets"], "{"+zone+" = the id of "+r.Address+", …}")
				}
			}
		}
	})
}

// 9. The rest is as before: the network and what is in it, the database's engine, size, user and password, and that the service may call anybody.
func TestRest(t *testing.T) {
	t.Run("the network and the groups in it are as before", func(t *testing.T) {
		for _, s := range settings(t) {
			p := s.plan(t)
			vpc := p.resource(t, "aws_vpc.parcels")
			if vpc.Values["cidr_block"] != s.network {
				p.fail("cidr_block = "+show(vpc.Values["cidr_block"]), "the range of var.network", vpc)
			}
			for _, address := range []string{service, guard} {
				if g := p.resource(t, address); !vpc.Refers(g.Values["vpc_id"], "id") {
					p.fail("vpc_id = "+show(g.Values["vpc_id"]), "a group of aws_vpc.parcels", g)
				}
			}
		}
	})
	t.Run("the database is the same kind of database", func(t *testing.T) {
		for _, s := range settings(t) {
			p := s.plan(t)
			db := p.resource(t, database)
			for _, kept := range []struct{ argument, want string }{
				{"engine", `"postgres"`}, {"engine_version", `"17"`}, {"instance_class", `"db.t4g.medium"`}, {"allocated_storage", "50"},
				{"username", `"parcels"`}, {"manage_master_user_password", "true"},
			} {
				if got := show(db.Values[kept.argument]); strings.Trim(got, `"`) != strings.Trim(kept.want, `"`) {
					p.fail(kept.argument+" = "+got, kept.argument+" = "+kept.want+", as before", db)
				}
			}
		}
	})
	t.Run("the service may call anybody", func(t *testing.T) {
		for _, s := range settings(t) {
			p := s.plan(t)
			if !slices.ContainsFunc(p.towards("egress"), func(r rule) bool {
				return r.group == service && r.everything() && r.lets("0.0.0.0/0")
			}) {
				p.fail("no egress to 0.0.0.0/0 by all protocols", "the service can call anybody, as before", p.resource(t, service))
			}
		}
	})
}
