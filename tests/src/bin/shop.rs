//! The command `orm` of a project whose models change: the variable `SHOP` says which version of them.

use std::process::ExitCode;

use orm_pg::prelude::*;

mod first {
    use super::*;

    #[derive(Debug, Clone, Model)]
    #[orm(table = "users")]
    pub struct User {
        #[orm(key, identity)]
        pub id: i64,
        #[orm(unique)]
        pub email: String,
        pub nick: Option<String>,
    }
}

mod second {
    use super::*;

    #[derive(Debug, Clone, Model)]
    #[orm(table = "users")]
    pub struct User {
        #[orm(key, identity)]
        pub id: i64,
        #[orm(unique)]
        pub email: String,
        pub nick: Option<String>,
        #[orm(default = "now()")]
        pub created_at: chrono::DateTime<chrono::Utc>,
    }

    #[derive(Debug, Clone, Model)]
    #[orm(table = "posts", check("title <> ''", name = "title_given"))]
    pub struct Post {
        #[orm(key, identity)]
        pub id: i64,
        #[orm(references = User, index)]
        pub author_id: i64,
        pub title: String,
    }
}

/// Without `nick`, and without posts.
mod third {
    use super::*;

    #[derive(Debug, Clone, Model)]
    #[orm(table = "users")]
    pub struct User {
        #[orm(key, identity)]
        pub id: i64,
        #[orm(unique)]
        pub email: String,
        #[orm(default = "now()")]
        pub created_at: chrono::DateTime<chrono::Utc>,
    }
}

/// `nick` is called `name`, and has a default.
mod renamed {
    use super::*;

    #[derive(Debug, Clone, Model)]
    #[orm(table = "users")]
    pub struct User {
        #[orm(key, identity)]
        pub id: i64,
        #[orm(unique)]
        pub email: String,
        #[orm(renamed_from = "nick", default = "'nobody'")]
        pub name: Option<String>,
    }
}

/// Each user has a token, also those from before.
mod tokens {
    use super::*;

    #[derive(Debug, Clone, Model)]
    #[orm(table = "users")]
    pub struct User {
        #[orm(key, identity)]
        pub id: i64,
        #[orm(unique)]
        pub email: String,
        pub nick: Option<String>,
        #[orm(default = "gen_random_uuid()::text", unique)]
        pub token: String,
    }
}

/// What branches add.
mod branches {
    use super::*;

    /// Users of one branch.
    pub mod aged {
        use super::*;

        #[derive(Debug, Clone, Model)]
        #[orm(table = "users")]
        pub struct User {
            #[orm(key, identity)]
            pub id: i64,
            #[orm(unique)]
            pub email: String,
            pub nick: Option<String>,
            pub age: Option<i32>,
        }
    }

    /// Those of another one, with another column at the same place.
    pub mod named {
        use super::*;

        #[derive(Debug, Clone, Model)]
        #[orm(table = "users")]
        pub struct User {
            #[orm(key, identity)]
            pub id: i64,
            #[orm(unique)]
            pub email: String,
            pub nick: Option<String>,
            pub name: Option<String>,
        }
    }

    /// The table of a third one.
    #[derive(Debug, Clone, Model)]
    #[orm(table = "teams")]
    pub struct Team {
        #[orm(key, identity)]
        pub id: i64,
        #[orm(unique, sql_type = "varchar(40)")]
        pub name: String,
        #[orm(default = "0", index)]
        pub points: i64,
    }
}

/// A column that no online change can add.
mod stored {
    use super::*;

    #[derive(Debug, Clone, Model)]
    #[orm(table = "users")]
    pub struct User {
        #[orm(key, identity)]
        pub id: i64,
        #[orm(unique)]
        pub email: String,
        pub nick: Option<String>,
        #[orm(generated = "upper(email)")]
        pub shout: Option<String>,
    }
}

mod moods {
    use super::*;

    #[derive(Debug, Clone, Copy, PartialEq, Eq, PgEnum)]
    #[orm(name = "mood")]
    pub enum Mood {
        Bad,
        Fine,
    }

    #[derive(Debug, Clone, Model)]
    #[orm(table = "people")]
    pub struct Person {
        #[orm(key, identity)]
        pub id: i64,
        #[orm(index)]
        pub mood: Mood,
    }
}

/// `people` is called `persons`, and `bad` is called `sad`.
mod moods_renamed {
    use super::*;

    #[derive(Debug, Clone, Copy, PartialEq, Eq, PgEnum)]
    #[orm(name = "mood")]
    pub enum Mood {
        #[orm(renamed_from = "bad")]
        Sad,
        Fine,
    }

    #[derive(Debug, Clone, Model)]
    #[orm(table = "persons", renamed_from = "people")]
    pub struct Person {
        #[orm(key, identity)]
        pub id: i64,
        #[orm(index)]
        pub mood: Mood,
    }
}

fn main() -> ExitCode {
    if std::env::args().nth(1).is_some_and(|it| it == "url") {
        return url();
    }
    match std::env::var("SHOP").as_deref() {
        Ok("first") => orm_pg::cli::main(models![first::User]),
        Ok("second") => orm_pg::cli::main(models![second::User, second::Post]),
        Ok("third") => orm_pg::cli::main(models![third::User]),
        Ok("renamed") => orm_pg::cli::main(models![renamed::User]),
        Ok("aged") => orm_pg::cli::main(models![branches::aged::User]),
        Ok("named") => orm_pg::cli::main(models![branches::named::User]),
        Ok("teams") => orm_pg::cli::main(models![first::User, branches::Team]),
        Ok("aged_teams") => orm_pg::cli::main(models![branches::aged::User, branches::Team]),
        // With migrations that are part of the program.
        Ok("embedded") => orm_pg::cli::main_with(models![first::User], |_| orm_pg::migrate!("migrations")),
        Ok("tokens") => orm_pg::cli::main(models![tokens::User]),
        Ok("stored") => orm_pg::cli::main(models![stored::User]),
        Ok("moods") => orm_pg::cli::main(models![moods::Person]),
        Ok("moods_renamed") => orm_pg::cli::main(models![moods_renamed::Person]),
        // With the functions of its migrations.
        Ok("data") => orm_pg::cli::main_with(models![first::User], |migrations| {
            migrations.with("20990101000000_names", async |tx| {
                sql!("UPDATE users SET nick = 'unknown' WHERE nick IS NULL").execute(tx).await.map(drop)
            })
        }),
        _ => ExitCode::FAILURE,
    }
}

/// Prints the URL of an empty database that stays, for `.ci/newcomer`.
#[tokio::main]
async fn url() -> ExitCode {
    match create().await {
        Ok(url) => {
            println!("{url}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn create() -> Result<String, Box<dyn std::error::Error>> {
    let server = orm_pg::testing::server().await?;
    let name = format!("newcomer_{}", std::process::id());
    let connection = Database::connect(server.url()).await?;
    let connection = connection.connection().await?;
    connection.client().batch_execute(&format!("CREATE DATABASE {name}")).await?;
    Ok(server.url_of(&name))
}
