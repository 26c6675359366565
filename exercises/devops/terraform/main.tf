# What the parcels service runs on. The pipeline applies this twice:
#
#   terraform apply -var-file=staging.tfvars
#   terraform apply -var-file=production.tfvars

resource "aws_vpc" "parcels" {
  cidr_block = var.network
}

# One subnet in each zone.
resource "aws_subnet" "zone" {
  count             = length(var.zones)
  vpc_id            = aws_vpc.parcels.id
  availability_zone = keys(var.zones)[count.index]
  cidr_block        = cidrsubnet(var.network, 8, count.index + 1)
}

resource "aws_security_group" "service" {
  name   = "parcels-service"
  vpc_id = aws_vpc.parcels.id

  ingress {
    description = "HTTPS for our clients"
    protocol    = "tcp"
    from_port   = 443
    to_port     = 443
    cidr_blocks = ["0.0.0.0/0"]
  }

  ingress {
    description = "in case we have to look"
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["0.0.0.0/0"]
  }

  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}

# The database is in here, so only the service can see it.
resource "aws_security_group" "database" {
  name   = "parcels-database"
  vpc_id = aws_vpc.parcels.id

  ingress {
    protocol         = "tcp"
    from_port        = 5432
    to_port          = 5432
    cidr_blocks      = ["0.0.0.0/0"]
    ipv6_cidr_blocks = ["::/0"]
  }
}

resource "aws_db_subnet_group" "parcels" {
  name       = "parcels"
  subnet_ids = aws_subnet.zone[*].id
}

resource "aws_db_instance" "parcels" {
  identifier                  = "parcels-production"
  engine                      = "postgres"
  engine_version              = "17"
  instance_class              = "db.t4g.medium"
  allocated_storage           = 50
  username                    = "parcels"
  manage_master_user_password = true
  db_subnet_group_name        = aws_db_subnet_group.parcels.name
  vpc_security_group_ids      = [aws_security_group.database.id]
  publicly_accessible         = true
  skip_final_snapshot         = true

  # Off, or staging cannot be taken down at night.
  deletion_protection     = false
  backup_retention_period = 0
}

resource "aws_s3_bucket" "labels" {
  bucket = "parcels-labels-production"
}

resource "aws_s3_bucket_acl" "labels" {
  bucket = aws_s3_bucket.labels.id
  acl    = "public-read"
}
